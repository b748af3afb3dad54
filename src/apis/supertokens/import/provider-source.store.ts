import type { JsonObject } from '../protocol/fields.js';
import type { CoreSource } from './source.js';

const CLIENT = `jsonb_strip_nulls(jsonb_build_object('clientType', nullif(c.client_type, ''),
    'clientId', c.client_id, 'clientSecret', c.client_secret, 'scope', to_jsonb(c.scope),
    'forcePKCE', c.force_pkce, 'additionalConfig', c.additional_config::jsonb))`;
/** As SDKs send and get it. */
const PROVIDERS = (
  t: string,
) => `select p.tenant_id as tenant, jsonb_strip_nulls(jsonb_build_object(
    'thirdPartyId', p.third_party_id, 'name', p.name,
    'authorizationEndpoint', p.authorization_endpoint, 'tokenEndpoint', p.token_endpoint,
    'userInfoEndpoint', p.user_info_endpoint, 'jwksURI', p.jwks_uri,
    'oidcDiscoveryEndpoint', p.oidc_discovery_endpoint, 'requireEmail', p.require_email,
    'userInfoMap', jsonb_build_object(
      'fromIdTokenPayload', jsonb_build_object(
        'userId', p.user_info_map_from_id_token_payload_user_id,
        'email', p.user_info_map_from_id_token_payload_email,
        'emailVerified', p.user_info_map_from_id_token_payload_email_verified),
      'fromUserInfoAPI', jsonb_build_object(
        'userId', p.user_info_map_from_user_info_endpoint_user_id,
        'email', p.user_info_map_from_user_info_endpoint_email,
        'emailVerified', p.user_info_map_from_user_info_endpoint_email_verified)),
    'clients', coalesce((select jsonb_agg(${CLIENT} order by c.client_type)
      from ${t}tenant_thirdparty_provider_clients c where c.app_id = p.app_id
        and c.tenant_id = p.tenant_id and c.third_party_id = p.third_party_id
        and c.connection_uri_domain = ''), '[]')
  )) || jsonb_strip_nulls(jsonb_build_object(
    'authorizationEndpointQueryParams', p.authorization_endpoint_query_params::jsonb,
    'tokenEndpointBodyParams', p.token_endpoint_body_params::jsonb,
    'userInfoEndpointQueryParams', p.user_info_endpoint_query_params::jsonb,
    'userInfoEndpointHeaders', p.user_info_endpoint_headers::jsonb)) as provider
  from ${t}tenant_thirdparty_providers p where p.app_id = $1 and p.connection_uri_domain = ''
  order by p.tenant_id, p.third_party_id`;

/** The providers of each tenant that has any. */
export async function readProviders(
  source: CoreSource,
  appId: string,
): Promise<ReadonlyMap<string, readonly JsonObject[]>> {
  const text = PROVIDERS(source.prefix);
  const rows = await source.query<{ tenant: string; provider: JsonObject }>(text, [appId]);
  const providers = new Map<string, JsonObject[]>();
  for (const { tenant, provider } of rows) {
    providers.set(tenant, [...(providers.get(tenant) ?? []), provider]);
  }
  return providers;
}
