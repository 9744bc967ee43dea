"""The rules, a module a family. Importing this package fills the register."""
