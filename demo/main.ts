import { join, resolve } from 'node:path';
import { blocks, ConfigError, given, readConfig, spoolDir } from '@callscope/core/node/config.ts';
import { createLog, errorText, type Log } from '@callscope/core/node/log.ts';
import { ESPEAK, ensurePackages, MissingPackages, NATS_SERVER } from '@callscope/launch/install.ts';
import { secret } from '@callscope/launch/secrets.ts';
import { EventSender } from './edge/events-out.ts';
import { HepDatagrams, HepStream } from './edge/hep-out.ts';
import { prepareSpeech } from './edge/speech.ts';
import { Spool } from './edge/spool.ts';
import { countCalls, daysSince, type HistoryJob, sendHistory, type Verdict, verifyHistory } from './history.ts';
import { Live } from './live.ts';
import { HELP, OptionError, type Options, readOptions } from './options.ts';
import { Pace } from './pace.ts';
import { formatCount, formatSeconds, Progress, Screen } from './progress.ts';
import { makeCompanies, Rest, signIns } from './rest.ts';
import { companyPlans, StateFile } from './state.ts';
import { SystemEnded, startSystem } from './system.ts';

/** Events of history that may wait for an answer; live calls have a connection of their own. */
const HISTORY_WINDOW = 1_500;
const LIVE_WINDOW = 5_000;
const SAVE_MS = 5_000;
/** A gap between two runs is filled at most this far back. */
const LONGEST_GAP_MS = 7 * 86_400_000;

const screen = new Screen(process.stdout);

async function demo(options: Options): Promise<number> {
  const config = readConfig(blocks.common, blocks.portal, blocks.edge, blocks.launch, blocks.spool, blocks.data);
  const dataDir = given('DATA_DIR') ? config.DATA_DIR : resolve('.data/demo');
  const format = config.LOG_FORMAT ?? 'text';
  const log = createLog('demo', { level: config.LOG_LEVEL, format, write: (line) => screen.line(line) });
  const began = performance.now();
  const file = new StateFile(dataDir, { seed: options.seed, calls: options.calls, days: options.days, now: Date.now() });
  const token = config.BOOTSTRAP_TOKEN ?? secret(dataDir, 'demo-operator');
  const host = (name: string) => (name === '0.0.0.0' ? '127.0.0.1' : name === '::' ? '[::1]' : name.includes(':') ? `[${name}]` : name);
  const portal = `http://${host(config.PORTAL_HOST)}:${config.PORTAL_PORT}`;
  const edgeHost = config.EDGE_HOST === '0.0.0.0' ? '127.0.0.1' : config.EDGE_HOST;

  installPackages(config.NO_INSTALL, log);
  const system = startSystem({ DATA_DIR: dataDir, BOOTSTRAP_TOKEN: token }, portal, format, (line) => screen.line(line));
  const abort = new AbortController();
  const stops: (() => Promise<void> | void)[] = [];
  let stopping: Promise<void> | undefined;
  const stop = (why: string): Promise<void> => {
    stopping ??= (async () => {
      log.info('stopping the demo', { why });
      abort.abort();
      screen.status('');
      for (const one of stops.reverse()) await one();
      await system.stop();
    })();
    return stopping;
  };
  const onSignal = (signal: string) => void stop(signal);
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);

  /** live calls of this run follow on everything before them */
  let gapFilled = false;
  // speech is made while the system starts
  const spooling = options.live
    ? makeSpool(dataDir, spoolDir({ ...config, DATA_DIR: dataDir }), options.spoolMb, log)
    : Promise.resolve(null);
  // seen where it is awaited
  spooling.catch(() => undefined);
  const work = (async () => {
    await system.ready;
    const rest = new Rest(portal, token);
    if (!file.state.companiesMade) {
      await makeCompanies(rest, file.state.password);
      file.save({ companiesMade: true });
    }
    log.info('three companies are there', { seconds: Math.round((performance.now() - began) / 100) / 10 });
    printSignIns(portal, file.state.password);
    const until = Date.now();
    const isFirst = !file.state.started;
    if (isFirst) file.save({ started: true, began: until, liveUntil: until });
    const plans = companyPlans(file.state);
    gapFilled = isFirst || !options.history;
    const spool = await spooling;
    let live: Live | null = null;
    if (options.live && !abort.signal.aborted) live = startLive(until, spool);
    if (options.history && !abort.signal.aborted) await load(rest, until, isFirst, live, spool);
    if (options.exit) await stop('--exit');
    else if (!options.live) log.info('no live calls: Ctrl-C ends the system');

    function startLive(since: number, spool: Spool | null): Live {
      const events = new EventSender(edgeHost, config.EVENTS_PORT, LIVE_WINDOW, log);
      const hep = new HepDatagrams(edgeHost, config.HEP_PORT);
      const made = new Live(plans, { events, hep, spool }, log);
      made.start(since);
      // live calls count as sent only once the gap before them is filled
      const saving = setInterval(() => gapFilled && file.save({ liveUntil: Date.now() }), SAVE_MS);
      stops.push(() => {
        clearInterval(saving);
        made.stop();
        if (gapFilled) file.save({ liveUntil: Date.now() });
        events.close();
        hep.close();
      });
      log.info('live calls have begun', { inProgress: made.inProgress });
      return made;
    }
  })();

  async function load(rest: Rest, until: number, isFirst: boolean, live: Live | null, spool: Spool | null): Promise<void> {
    const plans = companyPlans(file.state);
    const { state } = file;
    const common = { plans, signallingDays: options.signallingDays };
    const jobs: { job: HistoryJob; isGap: boolean }[] = [];
    // what happened since the last run, calls that it left in progress included
    const after = Math.max(state.liveUntil, until - LONGEST_GAP_MS);
    const gap: HistoryJob = { ...common, until, after, firstDay: 0, endDay: daysSince(plans, after, until) };
    if (!isFirst) jobs.push({ job: gap, isGap: true });
    const whole: HistoryJob = {
      ...common,
      until: state.began,
      after: 0,
      firstDay: state.daysLoaded,
      endDay: state.days,
    };
    if (whole.firstDay < whole.endDay) jobs.push({ job: whole, isGap: false });
    const total = jobs.reduce((sum, { job }) => sum + countCalls(job), 0);
    if (total === 0) {
      gapFilled = true;
      return;
    }
    log.info('loading the history', { calls: total, days: state.days - state.daysLoaded });
    const events = new EventSender(edgeHost, config.EVENTS_PORT, HISTORY_WINDOW, log);
    const hep = new HepStream(edgeHost, config.HEP_PORT, log);
    const pace = new Pace(rest, options.rate, log);
    stops.push(() => {
      pace.stop();
      events.close();
    });
    const progress = new Progress(screen, total);
    const note = () => (live ? `${live.inProgress} live` : '');
    const started = performance.now();
    let before = 0;
    const results: Verdict[] = [];
    for (const { job, isGap } of jobs) {
      const sent = await sendHistory(
        job,
        { events, hep, pace, spool },
        abort.signal,
        (count) => progress.advance(before + count, note()),
        (day) => !isGap && file.save({ daysLoaded: day + 1 }),
      );
      before += [...sent.values()].reduce((sum, ids) => sum + ids.size, 0);
      if (abort.signal.aborted) return;
      if (isGap) {
        gapFilled = true;
        file.save({ liveUntil: until });
      }
      results.push(await verifyHistory(rest, sent, job, abort.signal));
    }
    pace.stop();
    progress.end();
    await hep.end();
    events.close();
    if (abort.signal.aborted) return;
    const sum = (of: (v: Verdict) => number) => results.reduce((all, v) => all + of(v), 0);
    const last = results.at(-1);
    const words = `${formatCount(sum((v) => v.sent))} calls sent, ${formatCount(sum((v) => v.stored))} stored`;
    const facts = {
      took: formatSeconds((performance.now() - started) / 1_000),
      ledger: last?.ledgerClosed ? 'closed' : 'not closed',
      deadLetters: last?.deadLetters ?? 0,
      ...delaysOf(pace.delays),
    };
    if (sum((v) => v.sent - v.stored) === 0 && last?.ledgerClosed) log.info(words, facts);
    else log.error(`${words}: see GET /api/v1/ops/ledger`, facts);
    printSignIns(portal, file.state.password);
  }

  const code = await Promise.race([system.ended, work.then(() => system.ended)]).catch(async (error: unknown) => {
    if (error instanceof SystemEnded) return error.code;
    if (!abort.signal.aborted) log.error(errorText(error), error instanceof Error ? { stack: error.stack } : {});
    await stop('an error');
    return abort.signal.aborted && stopping ? 1 : 0;
  });
  if (stopping) {
    await stopping;
    return 0;
  }
  await stop('the system ended');
  return code;
}

async function makeSpool(dataDir: string, dir: string, limitMb: number, log: Log): Promise<Spool | null> {
  const speech = await prepareSpeech(join(dataDir, 'demo/speech'), log);
  return speech && new Spool(dir, limitMb * 1_000_000, speech, log);
}

/** In one go and before the system starts: two installers at once would lock each other out. What it needs it asks for itself. */
function installPackages(noInstall: boolean, log: Log): void {
  try {
    ensurePackages(given('NATS_URL') ? [ESPEAK] : [NATS_SERVER, ESPEAK], noInstall, log);
  } catch (error) {
    if (!(error instanceof MissingPackages)) throw error;
    log.warn(errorText(error));
  }
}

/** How long calls took from the port to REST while the history was loaded: half of them at most, and the slowest. */
function delaysOf(delays: readonly number[]): { delayMs?: number; longestDelayMs?: number } {
  const sorted = delays.toSorted((a, b) => a - b);
  if (sorted.length === 0) return {};
  return { delayMs: Math.round(sorted[sorted.length >> 1] ?? 0), longestDelayMs: Math.round(sorted.at(-1) ?? 0) };
}

function printSignIns(portal: string, password: string): void {
  const rows = [
    ['company', 'domain', 'login', 'password', 'role'],
    ...signIns().map(({ company, login, role }) => [company.name, company.domain, login, password, role]),
  ];
  const widths = rows[0]?.map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0))) ?? [];
  screen.line('');
  screen.line(`  ${portal}`);
  screen.line('');
  for (const row of rows) screen.line(`  ${row.map((text, i) => text.padEnd(widths[i] ?? 0)).join('  ')}`.trimEnd());
  screen.line('');
}

if (process.argv.includes('--help') || process.argv.includes('-h')) {
  console.log(HELP);
} else {
  try {
    process.exitCode = await demo(readOptions(process.argv.slice(2)));
  } catch (error) {
    screen.line(
      error instanceof OptionError || error instanceof ConfigError
        ? errorText(error)
        : String(error instanceof Error ? error.stack : error),
    );
    process.exitCode = 2;
  }
  process.exit();
}
