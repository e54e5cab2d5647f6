"""A user pool in the flow: whom it asks, what comes of it, and to whom it writes."""

from __future__ import annotations

from user_pools import UserPool, refused


def test_the_flow_shows_who_was_asked_and_in_vain(lab):
    body = "if event['userName'] == 'bad':\n    raise ValueError('No')\nreturn event"
    pool = UserPool(lab, {"PreSignUp": body})
    pool.sign_up()
    refused("UserLambdaValidationException", pool.sign_up, "bad")
    text = repr(lab.flow())
    assert f"{pool.id} to PreSignUp: 2, 1 failed." in text
    assert f"{pool.id} to ann@example.com: 1." in text
    assert f"you to {pool.id}: 1." in text
    assert "asked its PreSignUp function, in vain: PreSignUp failed with error No." in text


def test_the_flow_tells_what_became_of_a_user(lab):
    pool = UserPool(lab)
    pool.sign_up()
    pool.cognito.admin_delete_user(UserPoolId=pool.id, Username="ann")
    told = [move.text for move in lab.flow().scene.moves if "user ann" in move.text]
    assert told == [
        f"you: user ann of user pool {pool.id} was signed up; the user is UNCONFIRMED",
        f"you: user ann of user pool {pool.id} was deleted",
    ]
