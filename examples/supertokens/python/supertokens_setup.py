"""What every example here shares: SuperTokens' own set-up, with authgraph as the core."""

import os
from typing import Literal

from supertokens_python import InputAppInfo, SupertokensConfig, init
from supertokens_python.recipe import emailpassword, session, usermetadata, userroles


def init_supertokens(
    framework: Literal["fastapi", "flask", "django"], mode: Literal["asgi", "wsgi"]
) -> None:
    port = os.environ.get("PORT", "3001")
    init(
        framework=framework,
        mode=mode,
        telemetry=False,
        # The one line that changes when authgraph takes the place of a core.
        supertokens_config=SupertokensConfig(
            connection_uri=os.environ.get("CORE_URI", "http://localhost:3567"),
            api_key=os.environ.get("CORE_API_KEY"),
        ),
        app_info=InputAppInfo(
            app_name="Example",
            api_domain=f"http://localhost:{port}",
            website_domain="http://localhost:3000",
        ),
        recipe_list=[
            emailpassword.init(),
            session.init(anti_csrf=os.environ.get("ANTI_CSRF", "NONE")),
            usermetadata.init(),
            userroles.init(),
        ],
    )
