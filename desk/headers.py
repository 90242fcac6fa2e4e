"""What browsers are told about the pages of the desk: nothing foreign, nothing kept."""

from __future__ import annotations

from flask import Blueprint, Response, request

# Bootstrap draws its arrows and ticks as data: images, and we QR codes.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " font-src 'self'; media-src 'self'; connect-src 'self'; form-action 'self';"
    " frame-ancestors 'none'; base-uri 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "same-origin",  # with none, a secure site's forms could not be checked
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_KEPT_BY_BROWSERS = ("desk.static", "desk.bootstrap")
_A_YEAR = 365 * 24 * 3600  # seconds


def wear_headers(desk: Blueprint, *, is_secure: bool) -> None:
    """Send the headers with every answer of the desk."""

    @desk.after_request
    def add_headers(response: Response) -> Response:
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        if request.endpoint not in _KEPT_BY_BROWSERS and not response.cache_control.public:
            response.headers["Cache-Control"] = "no-store"
        if is_secure:
            response.headers["Strict-Transport-Security"] = f"max-age={_A_YEAR}"
        return response
