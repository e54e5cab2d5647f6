"""Random things that happen in a shop: for tests that compare a picture with what boto3 was told and told."""

from collections import Counter

from hypothesis import strategies as st

STEPS = st.one_of(
    st.tuples(st.just("send"), st.integers(1, 4)),
    st.tuples(st.just("send later"), st.integers(1, 60)),
    st.tuples(st.just("receive"), st.integers(1, 10)),
    st.tuples(st.just("receive dead"), st.integers(1, 10)),
    st.tuples(st.just("delete"), st.integers(0, 5)),
    st.tuples(st.just("give back"), st.integers(0, 5)),
    st.tuples(st.just("advance"), st.integers(1, 45)),
)
HAPPENINGS = st.lists(STEPS, max_size=14)


class Told:
    """Lets steps happen and keeps count, by what the answers of boto3 say and by nothing else."""

    def __init__(self, shop):
        self.shop = shop
        self.counts = Counter()
        self.held = []

    def happen(self, steps):
        for name, number in steps:
            getattr(self, "_" + name.replace(" ", "_"))(number)
        return self

    def _send(self, number):
        self.shop.send(*[f"order {place}" for place in range(number)])
        self.counts["you", "orders"] += number

    def _send_later(self, seconds):
        self.shop.send("later", DelaySeconds=seconds)
        self.counts["you", "orders"] += 1

    def _receive(self, most):
        got = self.shop.receive(MaxNumberOfMessages=most)
        self.counts["orders", "you"] += len(got)
        self.held += got

    def _receive_dead(self, most):
        self.counts["dead", "you"] += len(self.shop.receive(self.shop.dead, MaxNumberOfMessages=most))

    def _delete(self, place):
        if place < len(self.held):
            self.shop.delete(self.held.pop(place))

    def _give_back(self, place):
        if place < len(self.held):
            self.shop.lab.client("sqs").change_message_visibility_batch(
                QueueUrl=self.shop.orders,
                Entries=[
                    {
                        "Id": "1",
                        "ReceiptHandle": self.held.pop(place)["ReceiptHandle"],
                        "VisibilityTimeout": 0,
                    }
                ],
            )

    def _advance(self, seconds):
        self.shop.lab.advance(seconds)
