/**
 * Makes a file a program that is forked, handed one task, answers with one result, and ends.
 * @template Task, Result
 * @param {(task: Task) => Promise<Result>} run
 */
export function once(run) {
  process.once('message', async (/** @type {Task} */ task) => {
    process.send?.(await run(task));
    process.disconnect();
  });
}
