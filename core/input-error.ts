// SPDX-License-Identifier: MIT

/**
 * Input that a user can mend: a malformed file, an unknown name, a path that can't be written.
 *
 * `place` names where (a file, an offset, an option), `problem` what is wrong there, `remedy` what
 * to do. The command line prints the three as one sentence and exits with 2. Whatever reads input
 * throws this error and no other; anything else that escapes is a defect of Sideband.
 */
export class InputError extends Error {
  readonly place: string;
  readonly problem: string;
  readonly remedy: string;

  constructor(place: string, problem: string, remedy: string) {
    super(`${place}: ${problem}; ${remedy}`);
    this.name = 'InputError';
    this.place = place;
    this.problem = problem;
    this.remedy = remedy;
  }
}
