"""flask --app flask_app run --port 3001"""

from typing import Any, Dict

from flask import Flask, g
from supertokens_python.framework.flask import Middleware
from supertokens_python.recipe.session import SessionContainer
from supertokens_python.recipe.session.framework.flask import verify_session
from supertokens_python.recipe.session.syncio import revoke_all_sessions_for_user
from supertokens_python.recipe.usermetadata.syncio import get_user_metadata, update_user_metadata
from supertokens_python.recipe.userroles import UserRoleClaim
from supertokens_python.recipe.userroles.syncio import (
    add_role_to_user,
    create_new_role_or_add_permissions,
)

from supertokens_setup import init_supertokens

init_supertokens("flask", "wsgi")

app = Flask(__name__)
Middleware(app)  # serves /auth/*


def current_session() -> SessionContainer:
    return g.supertokens


@app.get("/me")
@verify_session()
def me() -> Dict[str, Any]:
    return describe_me(current_session())


@app.get("/checked")
@verify_session(check_database=True)
def checked() -> Dict[str, Any]:
    return describe_me(current_session())


@app.post("/editor")
@verify_session()
def editor() -> Dict[str, Any]:
    session = current_session()
    create_new_role_or_add_permissions("editor", ["write"])
    add_role_to_user(session.get_tenant_id(), session.get_user_id(), "editor")
    update_user_metadata(session.get_user_id(), {"plan": "pro"})
    session.sync_fetch_and_set_claim(UserRoleClaim)
    return {"done": True}


@app.post("/sign-out-everywhere")
@verify_session()
def everywhere() -> Dict[str, Any]:
    return {"ended": len(revoke_all_sessions_for_user(current_session().get_user_id()))}


def describe_me(session: SessionContainer) -> Dict[str, Any]:
    """Who the session is of, with roles from the session itself and metadata from the core."""
    user_id = session.get_user_id()
    metadata = get_user_metadata(user_id).metadata
    roles = session.sync_get_claim_value(UserRoleClaim)
    return {"userId": user_id, "roles": roles, "metadata": metadata}
