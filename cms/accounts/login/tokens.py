"""Access and refresh tokens for a login: short-lived JWTs that name the login they belong to."""

from datetime import timedelta
from typing import Any, cast

import jwt
from flask import Flask, current_app
from flask_jwt_extended import JWTManager, create_access_token, create_refresh_token

from cms.accounts.models import LoginSession
from cms.foundation.settings import Settings

ISSUER = "headless-blog-cms"
ALGORITHM = "HS256"
REQUIRED = ("exp", "iat", "nbf", "iss", "aud", "sub", "jti", "type", "sid")


def register(app: Flask, settings: Settings) -> None:
    """Set up signing and checking. One algorithm; issuer and audience are checked too."""
    app.config.update(
        JWT_SECRET_KEY=settings.secret_key,
        JWT_ALGORITHM=ALGORITHM,
        JWT_DECODE_ALGORITHMS=[ALGORITHM],
        JWT_TOKEN_LOCATION=["headers"],
        JWT_ENCODE_ISSUER=ISSUER,
        JWT_DECODE_ISSUER=ISSUER,
        JWT_ENCODE_AUDIENCE=ISSUER,
        JWT_DECODE_AUDIENCE=ISSUER,
        JWT_ACCESS_TOKEN_EXPIRES=timedelta(seconds=settings.access_token_seconds),
        JWT_REFRESH_TOKEN_EXPIRES=timedelta(days=settings.refresh_token_days),
    )
    JWTManager(app)


def lifetime() -> timedelta:
    """How long a login lasts after it was opened or renewed."""
    return cast(timedelta, current_app.config["JWT_REFRESH_TOKEN_EXPIRES"])


def issue(login: LoginSession) -> dict[str, Any]:
    """Both tokens of a login, in the shape of RFC 6749, 5.1."""
    identity = str(login.user_id)
    claims = {"sid": str(login.id)}
    return {
        "access_token": create_access_token(identity, additional_claims=claims),
        "refresh_token": create_refresh_token(
            identity, additional_claims={**claims, "rot": login.rotation}
        ),
        "token_type": "Bearer",
        "expires_in": int(current_app.config["JWT_ACCESS_TOKEN_EXPIRES"].total_seconds()),
    }


def read(token: str, *, kind: str) -> dict[str, Any]:
    """The claims of a token of ours. ``kind`` is access or refresh; each is good for its own use.

    Raises ``PyJWTError`` and, for tokens that no library foresaw, ``ValueError`` or ``TypeError``.
    Flask-JWT-Extended would parse it four times: its hooks want to see it before it is checked.
    """
    claims: dict[str, Any] = jwt.decode(
        token,
        current_app.config["JWT_SECRET_KEY"],
        algorithms=[ALGORITHM],
        issuer=ISSUER,
        audience=ISSUER,
        options={"require": list(REQUIRED)},
    )
    if claims["type"] != kind:
        message = f"not a token for {kind}"
        raise ValueError(message)
    return claims
