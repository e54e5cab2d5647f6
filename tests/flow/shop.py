"""A small shop that the tests of pictures look at: a queue, its dead-letter queue, a machine, two cooks."""

import json

from workbook.flow.scene import Scene

MACHINE = """
def handler(event, context):
    for record in event["Records"]:
        if "glass" in record["body"]:
            raise ValueError("glass")
"""


class Shop:
    def __init__(self, lab, *, receives=2):
        self.lab = lab
        self.sqs = lab.client("sqs")
        self.dead = self.queue("dead")
        policy = {"deadLetterTargetArn": self.arn(self.dead), "maxReceiveCount": receives}
        self.orders = self.queue("orders", RedrivePolicy=json.dumps(policy))

    def queue(self, name, **attributes):
        return self.sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]

    def arn(self, url):
        answer = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
        return answer["Attributes"]["QueueArn"]

    def send(self, *bodies, **parameters):
        for body in bodies:
            self.sqs.send_message(QueueUrl=self.orders, MessageBody=body, **parameters)

    def receive(self, url=None, **parameters):
        return self.sqs.receive_message(QueueUrl=url or self.orders, **parameters).get("Messages", [])

    def delete(self, message):
        self.sqs.delete_message(QueueUrl=self.orders, ReceiptHandle=message["ReceiptHandle"])

    def machine(self, **settings):
        self.lab.function("machine", MACHINE)
        self.lab.client("lambda").create_event_source_mapping(
            EventSourceArn=self.arn(self.orders), FunctionName="machine", **settings
        )

    def scene(self):
        return Scene.of(list(self.lab.trace), self.lab.world.clock.now)

    def texts(self):
        return [move.text for move in self.scene().moves]
