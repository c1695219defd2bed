"""The addresses of ``oidc_toolkit``, and what it says of a person; imported by Django."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.urls import include, path
from oauth2_provider.oauth2_validators import OAuth2Validator

urlpatterns = [
    path("admin/", admin.site.urls),
    path("o/", include("oauth2_provider.urls", namespace="oauth2_provider")),
]


class Claims(OAuth2Validator):
    """Address and name in the token, as the toolkit's own documentation adds them."""

    oidc_claim_scope: ClassVar[dict[str, str]] = {
        **OAuth2Validator.oidc_claim_scope,
        "email": "email",
        "email_verified": "email",
        "name": "profile",
    }

    def get_additional_claims(self, request: Any) -> dict[str, Any]:
        """What an institution's directory would say."""
        return {"email": request.user.email, "email_verified": True, "name": "Ada Elsewhere"}
