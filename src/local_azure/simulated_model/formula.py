"""The formula of a grader of several: arithmetic of the others' names, and nothing else."""

import ast
import math
import operator
from collections.abc import Callable, Mapping
from typing import Any

_LENGTH = 500  # characters
_OPERATORS: dict[type[ast.AST], Callable[..., float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
}
_FUNCTIONS: dict[str, Callable[..., float]] = {
    "min": min,
    "max": max,
    "abs": abs,
    "floor": math.floor,
    "ceil": math.ceil,
    "exp": math.exp,
    "sqrt": math.sqrt,
    "log": math.log,
}


class FormulaError(ValueError):
    """The formula cannot be read, or not be worked out."""


def value_of(formula: str, names: Mapping[str, float]) -> float:
    """Raises FormulaError."""
    try:
        tree = ast.parse(formula[:_LENGTH].replace("^", "**"), mode="eval")
        return float(_value(tree.body, names))
    except (SyntaxError, ValueError, TypeError, ArithmeticError, RecursionError) as error:
        raise FormulaError(str(error)) from None


def _value(node: ast.AST, names: Mapping[str, float]) -> float:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return float(node.value)
    if isinstance(node, ast.Name) and node.id in names:
        return names[node.id]
    if isinstance(node, ast.BinOp):
        left, right = _value(node.left, names), _value(node.right, names)
        return math.pow(left, right) if isinstance(node.op, ast.Pow) else _of(node.op)(left, right)
    if isinstance(node, ast.UnaryOp):
        return _of(node.op)(_value(node.operand, names))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not node.keywords:
        return _function(node.func.id)(*[_value(argument, names) for argument in node.args])
    raise FormulaError(f"'{ast.unparse(node)}' is not known")


def _of(kind: Any) -> Callable[..., float]:  # noqa: ANN401
    if type(kind) not in _OPERATORS:
        raise FormulaError("an operator is not known")
    return _OPERATORS[type(kind)]


def _function(name: str) -> Callable[..., float]:
    if name not in _FUNCTIONS:
        raise FormulaError(f"the function '{name}' is not known")
    return _FUNCTIONS[name]
