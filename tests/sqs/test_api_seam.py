"""Where our SQS meets moto: the names that are replaced are there, are needed, and come back."""

from __future__ import annotations

import moto.sqs.models
import moto.sqs.urls

from workbook import Lab
from workbook.aws.sqs.backend import SQSBackend
from workbook.aws.sqs.protocol import answer_request


def test_the_replaced_names_are_there_and_come_back_when_the_lab_closes():
    backend, dispatch = moto.sqs.models.sqs_backends.backend, moto.sqs.urls.dispatch
    url_paths = dict(moto.sqs.urls.url_paths)
    with Lab(seed=7):
        assert moto.sqs.models.sqs_backends.backend is SQSBackend
        assert moto.sqs.urls.dispatch is answer_request
        assert set(moto.sqs.urls.url_paths.values()) == {answer_request}
    assert moto.sqs.models.sqs_backends.backend is backend
    assert moto.sqs.urls.dispatch is dispatch
    assert moto.sqs.urls.url_paths == url_paths
    assert not moto.sqs.models.sqs_backends


def test_moto_would_take_the_module_of_our_backend_for_the_module_of_its_urls():
    with Lab(seed=7) as lab:
        lab.client("sqs").create_queue(QueueName="orders")
        backend = moto.sqs.models.sqs_backends["123456789012"]["us-east-1"]
        assert type(backend).__module__ != "moto.sqs.models"
        assert backend._url_module is moto.sqs.urls


def test_a_reset_forgets_queues_and_the_names_of_deleted_ones(lab, sqs):
    url = sqs.create_queue(QueueName="orders")["QueueUrl"]
    sqs.delete_queue(QueueUrl=url)
    sqs.create_queue(QueueName="other")
    lab.reset()
    assert "QueueUrls" not in sqs.list_queues()
    sqs.create_queue(QueueName="orders")


def test_the_same_seed_gives_the_same_ids_and_request_ids():
    def run():
        with Lab(seed=7) as lab:
            sqs = lab.client("sqs")
            url = sqs.create_queue(QueueName="orders")["QueueUrl"]
            sqs.send_message(QueueUrl=url, MessageBody="x")
            return sqs.receive_message(QueueUrl=url, AttributeNames=["All"])

    assert run() == run()
