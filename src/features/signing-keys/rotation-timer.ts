const LONGEST_SLEEP_MS = 60 * 60 * 1000;
const RETRY_MS = 5_000;
const SHORTEST_SLEEP_MS = 100;

/**
 * Calls `rotateIfDue` now and again when the next rotation is due. It resolves to that time.
 * Every node runs one; the lock inside lets exactly one of them make the key.
 */
export function startRotationTimer(
  rotateIfDue: () => Promise<Date>,
  now: () => Date,
  onError: (error: unknown) => void,
): Disposable {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  async function tick(): Promise<void> {
    const sleep = await rotateIfDue().then(
      (dueAt) =>
        Math.max(SHORTEST_SLEEP_MS, Math.min(LONGEST_SLEEP_MS, dueAt.getTime() - now().getTime())),
      (error: unknown) => {
        onError(error);
        return RETRY_MS;
      },
    );
    if (!stopped) timer = setTimeout(tick, sleep).unref();
  }

  void tick();
  return {
    [Symbol.dispose]() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
