"""uvicorn fastapi_app:app --port 3001"""

from typing import Any, Dict

from fastapi import Depends, FastAPI
from supertokens_python.framework.fastapi import get_middleware
from supertokens_python.recipe.session import SessionContainer
from supertokens_python.recipe.session.framework.fastapi import verify_session

from actions import become_editor, describe_me, sign_out_everywhere
from supertokens_setup import init_supertokens

init_supertokens("fastapi", "asgi")

app = FastAPI()
app.add_middleware(get_middleware())  # serves /auth/*


@app.get("/me")
async def me(session: SessionContainer = Depends(verify_session())) -> Dict[str, Any]:
    return await describe_me(session)


@app.get("/checked")
async def checked(
    session: SessionContainer = Depends(verify_session(check_database=True)),
) -> Dict[str, Any]:
    return await describe_me(session)


@app.post("/editor")
async def editor(session: SessionContainer = Depends(verify_session())) -> Dict[str, Any]:
    return await become_editor(session)


@app.post("/sign-out-everywhere")
async def everywhere(session: SessionContainer = Depends(verify_session())) -> Dict[str, Any]:
    return await sign_out_everywhere(session)
