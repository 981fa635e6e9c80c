import { writeGolden } from './golden.ts';
import { ROOT } from './steps.ts';

writeGolden(ROOT);
