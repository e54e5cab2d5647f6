"""Who calls Lambda from the web and waits for the answer: function URLs, API Gateway, load balancers.

    lab.http ── request ──> front (URL, API, ALB) ── event ──> function ── its answer ──> response

All do the same three things and each does them in a manner of its own: it makes an event of a request, waits
for the function only so long, and makes a response of what the function returned. What they share is here: a
request as fronts see it (`requests`), the two payload formats (`payload_1`, `payload_2`), the call itself
(`calling`), CORS (`cors`), signatures (`signatures`). None of them tries again: whoever asked must.
"""
