export {
  createTestIssuer,
  type TestIssuer,
  type TestIssuerOptions,
  type TokenFault,
  type TokenOptions,
} from './test-issuer.js';
