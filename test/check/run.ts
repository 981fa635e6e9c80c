import { STEPS } from './steps.ts';

if (process.argv.includes('--help')) {
  console.log(`npm run check: ${STEPS.map((s) => s.name).join(', ')}`);
  process.exit(0);
}
let failed = 0;
for (const step of STEPS) {
  const started = performance.now();
  const problems = step.run();
  console.log(`${problems.length === 0 ? 'passed' : 'FAILED'}  ${step.name}  ${((performance.now() - started) / 1000).toFixed(1)} s`);
  for (const problem of problems) console.log(problem);
  if (problems.length > 0) failed++;
}
process.exit(failed > 0 ? 1 : 0);
