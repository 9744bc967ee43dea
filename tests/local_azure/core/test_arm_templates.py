"""Deployments of templates: through the SDK's long-running operations by resource id, and raw."""

from __future__ import annotations

import json
import sqlite3
import time
import uuid
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from azure.core.exceptions import HttpResponseError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.local_azure.core.conftest import GROUP, REGION

if TYPE_CHECKING:
    from tests.local_azure.conftest import LocalAzure, Start

VERSION = "2025-04-01"
IDENTITY = "Microsoft.ManagedIdentity/userAssignedIdentities"
FOUNDRY: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "foundry_template.json").read_text("utf-8")
)


GENERATED = settings(
    deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)


class Deployer:
    """Of templates in one group."""

    def __init__(self, azure: LocalAzure) -> None:
        self.azure = azure
        self.group = f"/subscriptions/{azure.subscription}/resourceGroups/{GROUP}"
        self.path = f"{self.group}/providers/Microsoft.Resources/deployments/d"
        self.resources = azure.groups().resources

    def deploy(self, template: dict[str, Any], **parameters: object) -> Any:  # noqa: ANN401
        """The deployment's properties at its end."""
        body = self.body(template, **parameters)
        made = self.resources.begin_create_or_update_by_id(
            self.path, body, api_version=VERSION
        ).result()
        return made.properties

    def ask(self, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401
        url = f"{path}?api-version={VERSION}"
        return self.azure.request(method, url, body, token=self.azure.token())

    def refused(self, template: dict[str, Any], **parameters: object) -> tuple[str, str]:
        """The code and message, which validation gives as well."""
        body = self.body(template, **parameters)
        answers = [
            self.ask("POST", f"{self.path}/validate", body),
            self.ask("PUT", self.path, body),
        ]
        assert [answer.status // 100 for answer in answers] == [4, 4], answers
        assert answers[0].body == answers[1].body
        error = answers[0].body["error"]
        return error["code"], error["message"]

    @staticmethod
    def body(template: dict[str, Any], **parameters: object) -> dict[str, Any]:
        given = {name: {"value": value} for name, value in parameters.items()}
        return {"properties": {"mode": "Incremental", "template": template, "parameters": given}}


@pytest.fixture
def deployer(local_azure: LocalAzure, group: str) -> Deployer:
    assert group == GROUP
    return Deployer(local_azure)


def test_an_account_a_project_and_a_deployment(deployer: Deployer) -> None:
    """In their order, though two of them write to one account; outputs tell what was made."""
    done = deployer.deploy(FOUNDRY, prefix="Acc")
    assert done["provisioningState"] == "Succeeded"
    outputs = done["outputs"]
    account, chat = outputs["names"]["value"]
    assert (account[:4], len(account), chat) == ("acc-", 17, "chat")
    assert outputs["endpoint"] == {
        "type": "String", "value": f"{deployer.azure.url}/accounts/{account}/",
    }  # fmt: skip
    cognitive = deployer.azure.cognitive()
    found = cognitive.accounts.get(GROUP, account)
    assert found.identity.principal_id == outputs["principal"]["value"]
    assert [one.name for one in cognitive.projects.list(GROUP, account)] == [f"{account}/tienda"]
    assert cognitive.deployments.get(GROUP, account, "chat").sku.capacity == 10
    assert {one["id"].rpartition("/")[2] for one in done["outputResources"]} == {
        account, "tienda", "chat",
    }  # fmt: skip
    operations = deployer.ask("GET", f"{deployer.group}/deployments/d/operations").body["value"]
    assert [one["properties"]["provisioningState"] for one in operations] == ["Succeeded"] * 3
    one = deployer.ask(
        "GET", f"{deployer.group}/deployments/d/operations/{operations[0]['operationId']}"
    )
    assert one.body == operations[0]


def test_secrets_are_not_shown(deployer: Deployer) -> None:
    """Neither a secret parameter nor a secret output; at its end nothing of it is kept."""
    hidden = str(uuid.uuid4())
    deployer.deploy(FOUNDRY, prefix="acc", secret=hidden)
    shown = deployer.ask("GET", deployer.path).body["properties"]
    assert shown["parameters"]["secret"] == {"type": "SecureString"}
    assert shown["parameters"]["capacity"] == {"type": "Int", "value": 10}
    assert shown["outputs"]["key"] == {"type": "SecureString"}
    assert hidden not in json.dumps(shown)
    with closing(sqlite3.connect(deployer.azure.state / "state.sqlite")) as store:
        bodies = [body for (body,) in store.execute("SELECT body FROM documents")]
    assert [body for body in bodies if hidden in body] == []


def test_once_more_with_a_condition_that_fails(deployer: Deployer) -> None:
    """What is there is written again, what is left out is not made; the history is listed."""
    first = deployer.deploy(FOUNDRY, prefix="acc", deploys=False)
    assert len(first["outputResources"]) == 2
    again = deployer.deploy(FOUNDRY, prefix="acc", deploys=False)
    assert again["outputs"]["principal"] == first["outputs"]["principal"]
    listed = deployer.ask("GET", deployer.path.rpartition("/")[0]).body["value"]
    assert [one["name"] for one in listed] == ["d"]
    assert deployer.ask("DELETE", deployer.path).status == 204
    assert deployer.ask("GET", deployer.path).body["error"]["code"] == "DeploymentNotFound"


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("[[not an expression]", "[not an expression]"),
        ("[concat('it''s ', 1, ' ', 'day')]", "it's 1 day"),
        ("[concat(split('a,b', ','), split('c;d', ';'))]", ["a", "b", "c", "d"]),
        ("[split('a,b;c', variables('marks'))]", ["a", "b", "c"]),
        ("[format('{0}-{1}-{{{0}}}', 'a', 7)]", "a-7-{a}"),
        ("[toUpper(substring('résumé', 1, 3))]", "ÉSU"),
        ("[SUBSTRING('tienda', 3)]", "nda"),
        ("[replace('a-b-c', '-', '')]", "abc"),
        ("[length(createless)]", None),
        ("[length(variables('marks'))]", 2),
        ("[length('four')]", 4),
        ("[if(equals('a', 'A'), 'same', 'other')]", "other"),
        ("[if(true(), 1, variables('none'))]", 1),
        ("[and(not(false()), or(false(), true()))]", True),
        ("[equals(true(), 1)]", False),
        ("[empty('')]", True),
        ("[empty(variables('marks'))]", False),
        ("[string(variables('marks'))]", '[",",";"]'),
        ("[concat(string(int('42')), string(true()))]", "42True"),
        ("[guid('a', 'b', 'c')]", "a98fa280-e03f-5afa-8d8e-92d0a9c201e8"),
        ("[uniqueString('test')]", "rbgf3xv4ufgzg"),
        ("[uniqueString('hello', 'world')]", "a7wkljktk6wne"),
        ("[variables('deep').list[1].Name]", "two"),
        ("[resourceGroup().name]", GROUP),
        ("[resourceGroup()['tags'].owner]", "me"),
        ("[json('{\"a\": [1]}').a[0]]", 1),
        ("[array('a')]", ["a"]),
        ("[null()]", None),
    ],
)  # fmt: skip
def test_functions(deployer: Deployer, expression: str, expected: object) -> None:
    """As template-functions has them; known values of Azure's own hashes."""
    deployer.azure.groups().resource_groups.update(GROUP, {"tags": {"owner": "me"}})
    variables = {"marks": [",", ";"], "deep": {"list": [1, {"name": "two"}]}}
    template = {"variables": variables, "outputs": {"o": {"type": "string", "value": expression}}}
    if expression == "[length(createless)]":
        assert "Unable to parse" in deployer.refused(template)[1]
        return
    assert deployer.deploy(template)["outputs"]["o"]["value"] == expected


def test_ids(deployer: Deployer) -> None:
    """Of resources here, in another group, in another subscription, and of the subscription."""
    kind = "'Microsoft.CognitiveServices/accounts/deployments', 'a', 'd'"
    expressions = {
        "here": f"[resourceId({kind})]",
        "group": f"[resourceId('other', {kind})]",
        "both": f"[resourceId('s', 'other', {kind})]",
        "role": "[subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'r')]",
        "subscription": "[subscription().id]",
    }
    outputs = {name: {"type": "string", "value": text} for name, text in expressions.items()}
    found = deployer.deploy({"outputs": outputs})["outputs"]
    rest = "providers/Microsoft.CognitiveServices/accounts/a/deployments/d"
    subscription = f"/subscriptions/{deployer.azure.subscription}"
    assert {name: one["value"] for name, one in found.items()} == {
        "here": f"{deployer.group}/{rest}",
        "group": f"{subscription}/resourceGroups/other/{rest}",
        "both": f"/subscriptions/s/resourceGroups/other/{rest}",
        "role": f"{subscription}/providers/Microsoft.Authorization/roleDefinitions/r",
        "subscription": subscription,
    }


def identity(name: str, **more: object) -> dict[str, Any]:
    return {"type": IDENTITY, "apiVersion": "2024-11-30", "name": name, "location": REGION, **more}


def doubled(times: int) -> dict[str, str]:
    more = {f"v{n + 1}": f"[concat(variables('v{n}'), variables('v{n}'))]" for n in range(times)}
    return {"v0": "x" * 100, **more}


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ({"parameters": {"a": {"type": "string"}}}, "parameter 'a' is not provided"),
        ({"parameters": {"a": {"type": "int", "defaultValue": "1"}}}, "not of its type 'int'"),
        ({"parameters": {"a": {"type": "int", "defaultValue": True}}}, "not of its type 'int'"),
        (
            {"parameters": {"a": {"type": "string", "defaultValue": "x", "allowedValues": ["y"]}}},
            "allowedValues",
        ),
        ({"parameters": {"a": 1}}, "must be an object"),
        ({"variables": {"a": "[variables('a')]"}, "outputs": {}}, None),
        (
            {"variables": {"a": "[variables('a')]"}, "resources": [identity("[variables('a')]")]},
            "refers to itself",
        ),
        ({"resources": [identity("[nothing('a')]")]}, "'nothing' is not valid"),
        ({"resources": [identity("[concat('a'")]}, None),
        ({"resources": [identity("[concat('a',)]")]}, "Unable to parse"),
        ({"resources": [identity("[toLower(1)]")]}, "arguments of the template function"),
        ({"resources": [identity("[substring('a', 2)]")]}, "outside the text"),
        ({"resources": [identity("[newGuid()]")]}, "'newGuid' is not expected"),
        ({"resources": [identity("[reference('a').b]")]}, "'reference' is not expected"),
        ({"resources": [identity("a/b")]}, "incorrect segment lengths"),
        ({"resources": [identity("abc"), identity("ABC")]}, "multiple times"),
        ({"resources": [identity("abc", dependsOn=["none"])]}, "not defined in the template"),
        (
            {"resources": [identity("one", dependsOn=["two"]), identity("two", dependsOn=["one"])]},
            "Circular dependency",
        ),
        ({"resources": [identity("abc", copy={"name": "c", "count": 2})]}, "copy loops"),
        ({"resources": [identity("abc", condition="yes")]}, "condition must be a bool"),
        ({"resources": {"abc": identity("abc")}}, "languageVersion"),
        ({"resources": [7]}, "must be an object"),
        ({"functions": [{}]}, "functions of a template's own"),
        (
            {"resources": [
                {"type": "Microsoft.Resources/deployments", "apiVersion": VERSION, "name": "n"}
            ]},
            "no deployments within a template",
        ),
        (
            {"variables": doubled(40), "resources": [identity("[variables('v40')]")]},
            "A value has more than",
        ),
        (
            {"resources": [identity("[" + "concat(" * 3000 + "'a'" + ")" * 3000 + "]")]},
            "Unable to parse",
        ),
    ],
)  # fmt: skip
def test_templates_that_are_refused(
    deployer: Deployer, template: dict[str, Any], words: str | None
) -> None:
    """Before anything is made, with ARM's code; what is not used is not worked out."""
    if words is None:
        assert (
            deployer.ask("POST", f"{deployer.path}/validate", deployer.body(template)).status < 500
        )
        return
    code, message = deployer.refused(template)
    assert code == "InvalidTemplate"
    assert words in message
    assert deployer.ask("GET", deployer.path).status == 404


def test_other_refusals(deployer: Deployer) -> None:
    """A parameter that there is not, a type that is not served, a mode, a link."""
    code, message = deployer.refused({"resources": []}, extra=1)
    assert (code, "'extra'" in message) == ("InvalidTemplate", True)
    machine = identity("abc") | {"type": "Microsoft.Compute/virtualMachines"}
    assert deployer.refused({"resources": [machine]})[0] == "InvalidResourceNamespace"
    unknown = identity("abc") | {"type": "Microsoft.CognitiveServices/things"}
    assert deployer.refused({"resources": [unknown]})[0] == "InvalidResourceType"
    for properties in ({"mode": "Complete", "template": {}}, {"mode": "Incremental"}):
        answer = deployer.ask("PUT", deployer.path, {"properties": properties})
        assert (answer.status, answer.body["error"]["code"]) == (400, "InvalidRequestContent")
    bad = deployer.ask("PUT", f"{deployer.path}%20x", deployer.body({}))
    assert bad.body["error"]["code"] == "InvalidDeploymentName"


LOOSE = """{"properties": {"mode": "Incremental", // as az sends it
  template:{/* the file, as
  it is */ "outputs": {"o": {"type": "string", "value": "a // b
c: \\"d\\""}}}}}"""


def test_a_body_as_az_sends_it(deployer: Deployer) -> None:
    """With comments, a name without quotes, and a line break in a text."""
    url = f"{deployer.path}?api-version={VERSION}"
    token = deployer.azure.token()
    for content, status in ((LOOSE, 201), (LOOSE.replace("}}}}}", ""), 400), ("/*" * 9, 400)):
        made = deployer.azure.request("PUT", url, content=content.encode(), token=token)
        assert made.status == status
    listed = deployer.ask("GET", f"{deployer.path.rpartition('/')[0]}/").body["value"]
    assert [one["properties"]["outputs"]["o"]["value"] for one in listed] == ['a // b\nc: "d"']


def test_a_resource_that_fails(deployer: Deployer) -> None:
    """Fails the deployment with the resource's own error; what depends on it is never begun."""
    broken = json.loads(json.dumps(FOUNDRY))
    broken["resources"][0]["kind"] = "Nothing"
    broken["resources"].append(identity("other"))
    with pytest.raises(HttpResponseError) as failed:
        deployer.deploy(broken, prefix="acc")
    assert failed.value.error is not None
    assert failed.value.error.code == "DeploymentFailed"
    shown = deployer.ask("GET", deployer.path).body["properties"]
    assert (shown["provisioningState"], "outputs" in shown) == ("Failed", False)
    assert [one["code"] for one in shown["error"]["details"]] == ["InvalidResourceProperties"]
    operations = deployer.ask("GET", f"{deployer.group}/deployments/d/operations").body["value"]
    states = [one["properties"]["provisioningState"] for one in operations]
    assert states == ["Failed", "Succeeded"]


def test_references_order_resources_and_may_go_round(deployer: Deployer) -> None:
    """Who refers to a resource waits for it, also without dependsOn; in a circle all wait."""
    tagged = identity("second", tags={"client": "[reference('first').clientId]"})
    done = deployer.deploy({"resources": [tagged, identity("first")]})
    assert done["provisioningState"] == "Succeeded"
    first, second = (
        deployer.ask("GET", f"{deployer.group}/providers/{IDENTITY}/{name}").body
        for name in ("first", "second")
    )
    assert second["tags"]["client"] == first["properties"]["clientId"]
    tags = {"client": "[reference('fourth').clientId]"}
    circle = [
        identity("third", tags=tags),
        identity("fourth", tags={"c": "[reference('third').clientId]"}),
    ]
    with pytest.raises(HttpResponseError, match="in a circle"):
        deployer.deploy({"resources": circle})


def test_a_role_for_an_identity(deployer: Deployer) -> None:
    """An assignment at the scope of a resource, named by guid(), for a principal made before it."""
    scope = f"[concat('{IDENTITY}/', 'trainer')]"
    role = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
    assignment = {
        "type": "Microsoft.Authorization/roleAssignments",
        "apiVersion": "2022-04-01",
        "scope": scope,
        "name": f"[guid(resourceGroup().id, 'trainer', '{role}')]",
        "properties": {
            "principalId": f"[reference(resourceId('{IDENTITY}', 'trainer')).principalId]",
            "roleDefinitionId": "[subscriptionResourceId('Microsoft.Authorization/"
            f"roleDefinitions', '{role}')]",
        },
        "dependsOn": [scope],
    }
    template = {"resources": [assignment, identity("trainer")]}
    for _ in range(2):
        assert deployer.deploy(template)["provisioningState"] == "Succeeded"
    at = f"{deployer.group}/providers/{IDENTITY}/trainer/providers/Microsoft.Authorization"
    assert len(deployer.ask("GET", f"{at}/roleAssignments").body["value"]) == 1


def test_children_written_in_their_parent(deployer: Deployer) -> None:
    """Are resources of their own, under both names."""
    trust = {"issuer": "https://i", "subject": "s", "audiences": ["a"]}
    child = {
        "type": "federatedIdentityCredentials",
        "apiVersion": "2024-11-30",
        "name": "github",
        "properties": trust,
        "dependsOn": ["trainer"],
    }
    deployer.deploy({"resources": [identity("trainer", resources=[child])]})
    path = f"{deployer.group}/providers/{IDENTITY}/trainer/federatedIdentityCredentials/github"
    assert deployer.ask("GET", path).body["properties"] == trust


def test_each_resource_wants_a_role(deployer: Deployer) -> None:
    """Who may deploy may still not make every resource."""
    roles = [{"role": "Cognitive Services Contributor"}]
    deployer.azure.admin("PATCH", "settings", {"roles": roles})
    with pytest.raises(HttpResponseError):
        deployer.deploy({"resources": [identity("abc")]})
    error = deployer.ask("GET", deployer.path).body["properties"]["error"]
    assert [one["code"] for one in error["details"]] == ["AuthorizationFailed"]


def test_one_at_a_time_under_a_name(deployer: Deployer) -> None:
    """While it runs it can be neither replaced nor deleted; it ends when its resources have."""
    deployer.azure.admin("POST", "clock", {"freeze": True})
    body = deployer.body(FOUNDRY, prefix="acc")
    begun = deployer.ask("PUT", deployer.path, body)
    assert begun.body["properties"]["provisioningState"] == "Accepted"
    status = begun.headers["azure-asyncoperation"]
    token = deployer.azure.token()
    assert deployer.azure.request("GET", status, token=token).body == {"status": "Running"}
    for method, sent in (("PUT", body), ("DELETE", None)):
        assert deployer.ask(method, deployer.path, sent).status == 409
    for _ in range(4):
        deployer.azure.admin("POST", "clock", {"step_seconds": 60})
    assert deployer.azure.request("GET", status, token=token).body == {"status": "Succeeded"}
    found = deployer.ask("GET", deployer.path).body["properties"]
    assert found["duration"].startswith("PT")


def test_a_group_takes_its_deployments_along(deployer: Deployer) -> None:
    """Deleted and made again it has none of them, nor any identity; what ran has failed."""
    deployer.deploy({"resources": [identity("abc")]})
    groups = deployer.azure.groups().resource_groups
    groups.begin_delete(GROUP).result()
    groups.create_or_update(GROUP, {"location": REGION})
    assert deployer.ask("GET", deployer.path).status == 404
    listed = deployer.ask("GET", f"{deployer.group}/providers/{IDENTITY}")
    assert listed.body["value"] == []


def test_reads_that_lag(deployer: Deployer) -> None:
    """What does not show yet is not there yet, for what depends on it either."""
    deployer.azure.admin("PATCH", "settings", {"consistency_seconds": 30})
    assert deployer.deploy(FOUNDRY, prefix="acc")["provisioningState"] == "Succeeded"


WORDS = st.sampled_from(
    ["", "a", "a/b", "[", "[[a]", "[a]", "[concat('a')]", "[parameters('p')]", "[variables('v')]",
     "[reference('a')]", "[resourceGroup()]", "[if(true(), 1, 2)]", IDENTITY, f"{IDENTITY}/x",
     "Microsoft.Resources/deployments", VERSION, REGION, "string", "\n", "Microsoft.Storage/"]
)  # fmt: skip
KEYS = st.sampled_from(
    ["type", "name", "apiVersion", "location", "properties", "dependsOn", "condition", "scope",
     "resources", "defaultValue", "allowedValues", "minLength", "value", "p", "v", "o", "copy"]
)  # fmt: skip
ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)
NAMED = {"type": st.just(IDENTITY), "name": WORDS, "apiVersion": st.just(VERSION)}
SOUND = st.fixed_dictionaries(NAMED, optional={"location": ODD, "tags": ODD, "properties": ODD})
TEMPLATES = st.fixed_dictionaries(
    {},
    optional={
        "parameters": ODD | st.fixed_dictionaries({"p": ODD}),
        "variables": ODD | st.fixed_dictionaries({"v": ODD}),
        "resources": ODD | st.lists(ODD | SOUND, max_size=3),
        "outputs": ODD | st.fixed_dictionaries({"o": ODD}),
    },
)


def test_any_template_is_answered(deployer: Deployer) -> None:
    """Whatever stands in it: it is refused or deployed, and the server goes on."""
    url, token = f"{deployer.path}?api-version={VERSION}", deployer.azure.token()

    @settings(GENERATED, max_examples=150)
    @given(template=TEMPLATES)
    def ask(template: object) -> None:
        body = {"properties": {"mode": "Incremental", "template": template}}
        made = deployer.azure.request("PUT", url, body, token=token)
        assert made.status < 500, template
        found = deployer.azure.request("GET", url, token=token)
        if made.status < 400:
            error = found.body["properties"].get("error") or {}
            assert "InternalServerError" not in json.dumps(error), (template, error)
        deployer.azure.request("DELETE", url, token=token)

    ask()


def test_a_killed_server_goes_on(start_local_azure: Start, tmp_path: Path) -> None:
    """A deployment is taken up where it stood."""
    state = tmp_path / "azure"
    first = start_local_azure("--speed", "30", state=state)
    first.groups().resource_groups.create_or_update(GROUP, {"location": REGION})
    deployer = Deployer(first)
    begun = deployer.ask("PUT", deployer.path, deployer.body(FOUNDRY, prefix="acc"))
    assert begun.status == 201
    deployer.ask("GET", deployer.path)
    first.kill()
    second = Deployer(start_local_azure("--speed", "3000", state=state))
    deadline = time.monotonic() + 30
    while (found := second.ask("GET", second.path).body["properties"])[
        "provisioningState"
    ] == "Running":
        assert time.monotonic() < deadline
    assert found["provisioningState"] == "Succeeded", found
