from actions import become_editor, describe_me, sign_out_everywhere
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_GET, require_POST
from supertokens_python.recipe.session.framework.django.asyncio import verify_session


@require_GET
@verify_session()
async def me(request: HttpRequest) -> JsonResponse:
    return JsonResponse(await describe_me(request.supertokens))


@require_GET
@verify_session(check_database=True)
async def checked(request: HttpRequest) -> JsonResponse:
    return JsonResponse(await describe_me(request.supertokens))


@require_POST
@verify_session()
async def editor(request: HttpRequest) -> JsonResponse:
    return JsonResponse(await become_editor(request.supertokens))


@require_POST
@verify_session()
async def everywhere(request: HttpRequest) -> JsonResponse:
    return JsonResponse(await sign_out_everywhere(request.supertokens))
