/** What a screen on the wall asks of its browser. Some televisions have none of it, and go on without. */

export function isFullScreen(): boolean {
  return document.fullscreenElement !== null;
}

export async function toFullScreen(): Promise<void> {
  await document.documentElement.requestFullscreen?.({ navigationUI: 'hide' }).catch(() => undefined);
}

/** Keeps the screen lit while it is looked at. @returns ends it */
export function keepAwake(): () => void {
  let lock: WakeLockSentinel | undefined;
  let ended = false;
  const take = async () => {
    if (document.visibilityState !== 'visible' || !('wakeLock' in navigator)) return;
    // the browser takes it back whenever the page is hidden
    lock = await navigator.wakeLock.request('screen').catch(() => undefined);
    if (ended) await lock?.release();
  };
  void take();
  document.addEventListener('visibilitychange', take);
  return () => {
    ended = true;
    document.removeEventListener('visibilitychange', take);
    void lock?.release().catch(() => undefined);
  };
}
