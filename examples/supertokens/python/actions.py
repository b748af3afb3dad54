"""What the protected routes of FastAPI and Django do with a session."""

from typing import Any, Dict

from supertokens_python.recipe.session import SessionContainer
from supertokens_python.recipe.session.asyncio import revoke_all_sessions_for_user
from supertokens_python.recipe.usermetadata.asyncio import get_user_metadata, update_user_metadata
from supertokens_python.recipe.userroles import UserRoleClaim
from supertokens_python.recipe.userroles.asyncio import (
    add_role_to_user,
    create_new_role_or_add_permissions,
)


async def describe_me(session: SessionContainer) -> Dict[str, Any]:
    """Who the session is of, with roles from the session itself and metadata from the core."""
    user_id = session.get_user_id()
    metadata = (await get_user_metadata(user_id)).metadata
    roles = await session.get_claim_value(UserRoleClaim)
    return {"userId": user_id, "roles": roles, "metadata": metadata}


async def become_editor(session: SessionContainer) -> Dict[str, Any]:
    """Gives whoever asks a role and a plan; a real application has its own rules for that."""
    user_id = session.get_user_id()
    await create_new_role_or_add_permissions("editor", ["write"])
    await add_role_to_user(session.get_tenant_id(), user_id, "editor")
    await update_user_metadata(user_id, {"plan": "pro"})
    await session.fetch_and_set_claim(UserRoleClaim)
    return {"done": True}


async def sign_out_everywhere(session: SessionContainer) -> Dict[str, Any]:
    """Ends every session of the user, this one too."""
    return {"ended": len(await revoke_all_sessions_for_user(session.get_user_id()))}
