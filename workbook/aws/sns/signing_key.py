"""The key with which a lab's SNS signs messages.

A fixed key, not one made anew, because the same seed must give the same bytes. It stands here in plain sight:
it protects nothing, and nobody but a lab's own learner ever verifies with it.
"""

from __future__ import annotations

PUBLIC_EXPONENT = 65537
FIRST_PRIME = int(
    "ce255926d8dd8f81683e67bedf335d2a52337787305bee8a72b99d135c63f1c2"
    "ac2dd4c3b8fa515e9031d403251d01354f0cc7a1e96934116c445e9aae7bec36"
    "a22ceb7c0f4150ada739174faa771b3f12b644743a6aec7e250d37d55a041c9f"
    "306163c96e16986aaaea3c2e5371147d17cda11ed957486259c108f27c18e0cb",
    16,
)
SECOND_PRIME = int(
    "b55fd08f078ebadfbb87f09b7d6ae4ac37ef3d937bf497b4966f053e5dbdcef8"
    "6fecc39213949964b5aa56de95e4c211cc98f5c6709883f993c2ea5e6ea32d9f"
    "0d9840b113f163be2ba7eb0f1c96312152a648c4bb41f27a7044d51e083a5bc3"
    "80f35257a685aa597cff442f8670e8e0f076f216517c48f2bff8a01cb4bcd84d",
    16,
)
