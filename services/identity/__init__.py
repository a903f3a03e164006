"""The embedded OpenID Connect issuer: it stands where Keycloak stands in production."""
