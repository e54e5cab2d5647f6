"""A workflow that looks something up, chooses, and tells somebody: what it still knows of its input by then.

Parents order lunch for a child. The workflow looks up what is in the dish, lets a Choice decide whether the
child may have it, and tells the kitchen. A state hands on its result and nothing else, unless it says more;
and a name that is not there is nothing, which an expression may take for "no". The second mistake is silent.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import boto3

from workbook import Lab
from workbook.scenarios.framework.account import Cell, Findings, counted
from workbook.scenarios.framework.reading import Hops, hops_of
from workbook.scenarios.framework.scenario import HOUR, Scenario
from workbook.scenarios.framework.settings import Number, SettingError, Switch

MACHINE = "lunch"
KITCHEN = "kitchen"


def build(lab: Lab, keep_input: bool, harmless_default: bool) -> str:
    """Create the kitchen's queue, the function, a role, and the state machine; its ARN."""
    queue = boto3.client("sqs").create_queue(QueueName=KITCHEN)["QueueUrl"]
    menu = lab.function("menu", look_up)
    definition = json.dumps(lunch(menu, queue, keep_input, harmless_default))
    machines = boto3.client("stepfunctions")
    made = machines.create_state_machine(name=MACHINE, roleArn=create_role(), definition=definition)
    return made["stateMachineArn"]


def look_up(event: dict[str, object], context: object) -> dict[str, list[str]]:
    """Say what the dish of the day contains."""
    return {"contains": ["wheat", "nuts"]}


def create_role() -> str:
    """Create a role that may run the function and send to the kitchen; its ARN."""
    iam = boto3.client("iam")
    states = {"Service": "states.amazonaws.com"}
    trust = {"Effect": "Allow", "Principal": states, "Action": "sts:AssumeRole"}
    actions = ["lambda:InvokeFunction", "sqs:SendMessage"]
    allow = {"Effect": "Allow", "Action": actions, "Resource": "*"}
    statements = (trust, allow)
    policies = [json.dumps({"Version": "2012-10-17", "Statement": [each]}) for each in statements]
    role = iam.create_role(RoleName=MACHINE, AssumeRolePolicyDocument=policies[0])["Role"]
    iam.put_role_policy(RoleName=MACHINE, PolicyName="work", PolicyDocument=policies[1])
    return role["Arn"]


def lunch(menu: str, queue: str, keep_input: bool, harmless_default: bool) -> dict[str, Any]:
    """The definition: look up, decide, tell."""
    look: dict[str, Any] = {"Type": "Task", "Resource": menu, "Next": "May they?"}
    if keep_input:
        look["Output"] = "{% $merge([$states.input, $states.result]) %}"
    states = {
        "Look up": look,
        "May they?": decide(harmless_default),
        "Pesto": tell(queue, "pesto"),
        "Soup": tell(queue, "soup"),
    }
    return {"QueryLanguage": "JSONata", "StartAt": "Look up", "States": states}


def decide(harmless_default: bool) -> dict[str, Any]:
    """Ask for what speaks against the pesto; or for what speaks for it, and give soup otherwise."""
    against = "'nuts' in $states.input.allergies"
    if not harmless_default:
        rule = {"Condition": f"{{% {against} %}}", "Next": "Soup"}
        return {"Type": "Choice", "Choices": [rule], "Default": "Pesto"}
    in_favour = f"$exists($states.input.allergies) and $not({against})"
    rule = {"Condition": f"{{% {in_favour} %}}", "Next": "Pesto"}
    return {"Type": "Choice", "Choices": [rule], "Default": "Soup"}


def tell(queue: str, dish: str) -> dict[str, Any]:
    """A task that tells the kitchen who gets what."""
    body = {"child": "{% $states.input.child %}", "dish": dish}
    arguments = {"QueueUrl": queue, "MessageBody": body}
    resource = "arn:aws:states:::sqs:sendMessage"
    return {"Type": "Task", "Resource": resource, "Arguments": arguments, "End": True}


def trigger(lab: Lab, machine: str, children: int, allergic: int, misspelt: int) -> None:
    """Start an execution for each child: first the allergic, of whom some have the name misspelt."""
    machines = boto3.client("stepfunctions")
    for number in range(1, children + 1):
        allergies = ["nuts"] if number <= allergic else []
        name = "alergies" if number <= misspelt else "allergies"
        order = json.dumps({"child": number, name: allergies})
        machines.start_execution(stateMachineArn=machine, input=order)


def measure(trace: Hops, allergic: int) -> Findings:
    """What the kitchen was told, and of whom it heard nothing."""
    executions = list(hops_of(trace, "start-execution", at=MACHINE))
    if not executions:
        return Findings("Nobody has ordered yet.", (), ())
    told = [json.loads(str(hop.facts["body"])) for hop in hops_of(trace, "send", at=KITCHEN)]
    served = Counter((message["dish"], message["child"] <= allergic) for message in told)
    rows: tuple[tuple[Cell, ...], ...] = (
        ("children for whom somebody ordered", len(executions)),
        ("get the pesto, and may have it", served["pesto", False]),
        ("get soup, because of nuts", served["soup", True]),
        ("get soup, and could have had pesto", served["soup", False]),
        ("get the pesto, AND MUST NOT HAVE IT", served["pesto", True]),
        ("get nothing: the execution failed", sum(hop.outcome not in {"ok", "waits"} for hop in executions)),
    )
    return Findings(_conclusion(len(executions), len(told), served["pesto", True]), ("who", "number"), rows)


def _conclusion(orders: int, told: int, in_danger: int) -> str:
    heard = f"Of {counted(orders, 'order')} the kitchen heard of {told:,}."
    if in_danger:
        return (
            f"{heard} {counted(in_danger, 'child', 'children')} with an allergy got nuts, and nothing failed."
        )
    if told < orders:
        return f"{heard} The other executions failed, for they no longer knew whose lunch it was."
    return f"{heard} Nobody got what they must not have."


def check(children: int, allergic: int, misspelt: int) -> None:
    """Refuse more allergic children than children, and more misspelt orders than allergic children."""
    if not misspelt <= allergic <= children:
        message = (
            f"misspelt={misspelt!r} are some of allergic={allergic!r}, and these of children={children!r}"
        )
        raise SettingError(message)


SCENARIO = Scenario(
    name="lost-input",
    title="Lunch for a child with an allergy",
    question="What does the last state of a workflow know of an order, and who gets what they must not have?",
    watch="Watch what the state Look up hands on, and where the Choice leads.",
    settings=(
        Number("children", "children", 8, minimum=1, maximum=100, unit="children"),
        Number("allergic", "of whom may have no nuts", 3, minimum=0, maximum=100, unit="children"),
        Number("misspelt", "whose parents wrote `alergies`", 1, minimum=0, maximum=100, unit="children"),
        Switch("keep_input", "Look up hands on the order, too", default=True),
        Switch("harmless_default", "the Default of the Choice is the soup", default=False),
    ),
    build=build,
    trigger=trigger,
    measure=measure,
    queues=(KITCHEN,),
    check=check,
    limit=HOUR,
    differs="states take no time of their own.",
)
