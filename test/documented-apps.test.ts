import { expect, it } from 'vitest';
import { complaintsAbout, filesIn } from './package/documented-app.js';

/** What the examples use of frameworks that are not installed here, by their documentation. */
const FRAMEWORKS = `
declare module 'vue' {
  export function shallowRef<Value>(value: Value): { value: Value };
  export function onScopeDispose(dispose: () => void): void;
}
declare module '@angular/core' {
  export function Injectable(options: { providedIn: 'root' }): ClassDecorator;
  export interface OnDestroy { ngOnDestroy(): void }
  interface Signal<Value> { (): Value }
  export function signal<Value>(value: Value): Signal<Value> & {
    set(value: Value): void;
    asReadonly(): Signal<Value>;
  };
}`;

it('the app of docs/react.md compiles strictly, and the stores for Vue and Angular', async () => {
  const files = await filesIn('docs/react.md');
  expect([...files.keys()]).toEqual([
    'src/auth.ts',
    'src/main.tsx',
    'src/App.tsx',
    'src/forms.tsx',
    'src/account.tsx',
    'use-auth.ts',
    'auth.service.ts',
  ]);
  const app = new Map([...files, ['frameworks.d.ts', FRAMEWORKS]]);
  expect(await complaintsAbout(app)).toBe('');
  const mistaken = (files.get('src/App.tsx') ?? '').replace('fallback=', 'fallbak=');
  expect(await complaintsAbout(new Map([...app, ['src/App.tsx', mistaken]]))).toContain('fallbak');
});
