"""State machines for the tests of their picture: a saga, and one with a Parallel and a Map."""

from machine_room import MachineRoom

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:"

SAGA = {
    "Begin": {"Type": "Pass", "Result": {"x": 1}, "ResultPath": "$.begin", "Next": "Charge"},
    "Charge": {
        "Type": "Task",
        "Resource": f"{FUNCTION}charge",
        "InputPath": "$.order",
        "ResultSelector": {"amount.$": "$.paid"},
        "ResultPath": "$.charge",
        "Retry": [{"ErrorEquals": ["ValueError"], "IntervalSeconds": 2, "MaxAttempts": 1}],
        "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Refund"}],
        "Next": "Paid?",
    },
    "Refund": {"Type": "Wait", "Seconds": 5, "Next": "Paid?"},
    "Paid?": {
        "Type": "Choice",
        "Choices": [
            {"Variable": "$.charge.amount", "IsPresent": True, "Next": "Ship"},
            {"Variable": "$.order.id", "NumericGreaterThan": 99, "Next": "Begin"},
        ],
        "Default": "Stop",
    },
    "Ship": {"Type": "Succeed"},
    "Stop": {"Type": "Fail", "Error": "NotPaid", "Cause": "the card"},
}

FRAMES = {
    "Both": {
        "Type": "Parallel",
        "ResultPath": "$.both",
        "Branches": [
            {
                "StartAt": "Mail",
                "States": {
                    "Mail": {"Type": "Wait", "Seconds": 3, "Next": "Told"},
                    "Told": {"Type": "Pass", "End": True},
                },
            },
            {"StartAt": "Reserve", "States": {"Reserve": {"Type": "Pass", "End": True}}},
        ],
        "Next": "Each",
    },
    "Each": {
        "Type": "Map",
        "ItemsPath": "$.items",
        "MaxConcurrency": 1,
        "ItemProcessor": {
            "StartAt": "Pack",
            "States": {"Pack": {"Type": "Task", "Resource": f"{FUNCTION}pack", "End": True}},
        },
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Apologise"}],
        "Next": "Done",
    },
    "Apologise": {"Type": "Pass", "Next": "Done"},
    "Done": {"Type": "Succeed"},
}


def charge(event, context):
    if event["id"] == 13:
        raise ValueError("declined")
    return {"paid": 10 * event["id"]}


def pack(event, context):
    if event == "glass":
        raise ValueError("broken")
    return event


class Works(MachineRoom):
    """A lab with the functions that these machines call."""

    def __init__(self, seed=1):
        super().__init__(seed)
        self.lab.function("charge", charge)
        self.lab.function("pack", pack)

    def sagas(self, *orders):
        """Run the saga for these orders, one after the other."""
        machine = self.make(SAGA, "saga")
        for order in orders:
            self.start(machine, {"order": {"id": order}})
            self.lab.run_until_idle()
        return self.lab.state_machine("saga")

    def frames(self, *items):
        self.start(self.make(FRAMES, "frames"), {"items": list(items)})
        self.lab.run_until_idle()
        return self.lab.state_machine("frames")
