// SPDX-License-Identifier: MIT
/**
 * Steps through the tables of schedules. All that is shown is in the page already, and stays
 * readable without this: it hides what was not chosen, and marks where one is.
 */
(() => {
  const viewer = document.querySelector('.viewer');
  if (viewer === null) return;
  const schedules = [...document.querySelectorAll('details.schedule')];
  const choice = viewer.querySelector('select');
  const live = viewer.querySelector('[aria-live]');
  const shown = Object.fromEntries(
    [...viewer.querySelectorAll('[data-now]')].map((node) => [node.dataset.now, node]),
  );
  let current = document.querySelector('details.schedule.drawn') ?? schedules[0];
  let at = 0;

  const stepsOf = (schedule) => [...schedule.querySelectorAll('[data-step]')];
  const regionOf = (schedule) => schedule.querySelector('[role=region]');

  /** The last value that was written so far, or null. */
  function cellAt(steps) {
    const written = steps
      .slice(0, at + 1)
      .map((step) => step.querySelector('[data-cell]')?.textContent ?? '')
      .filter((value) => value !== '');
    return written.at(-1) ?? null;
  }

  function show() {
    const steps = stepsOf(current);
    const contested = current.querySelector('[data-contested]')?.textContent ?? null;
    const cell = cellAt(steps);
    steps.forEach((step, index) => {
      if (index === at) step.setAttribute('aria-current', 'step');
      else step.removeAttribute('aria-current');
      step.classList.toggle('to-come', index > at);
    });
    const step = steps[at];
    if (step === undefined) return;
    const done = [...step.querySelectorAll('td:not([data-cell])')].map((td) => td.textContent);
    const { step: number, thread } = step.dataset;
    const value = cell ?? 'not written yet';
    shown.contested.textContent = contested ?? 'contested';
    shown.cell.textContent = contested === null ? 'nothing' : value;
    live.textContent =
      `Step ${number} (${at + 1} of ${steps.length}), task ${thread}: ${done.join('')}.` +
      (contested === null ? '' : ` ${contested}: ${value}.`);
    for (const button of viewer.querySelectorAll('button')) {
      const isBack = button.dataset.go === 'first' || button.dataset.go === 'back';
      button.setAttribute('aria-disabled', String(at === (isBack ? 0 : steps.length - 1)));
    }
  }

  /** Within the region and on the page, and no further than it takes. */
  function go(to) {
    const steps = stepsOf(current);
    at = Math.max(0, Math.min(steps.length - 1, to));
    show();
    const done = steps[at]?.querySelector('td:not(:empty)');
    done?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }

  function choose(schedule) {
    for (const each of schedules) each.hidden = each !== schedule;
    for (const group of document.querySelectorAll('.schedules > .scenario')) {
      group.hidden = !group.contains(schedule);
    }
    current = schedule;
    current.open = true;
    choice.value = schedule.id;
    at = 0;
    show();
  }

  const targets = {
    first: () => 0,
    back: () => at - 1,
    next: () => at + 1,
    last: () => stepsOf(current).length - 1,
  };
  const keys = {
    ArrowLeft: targets.back,
    ArrowUp: targets.back,
    ArrowRight: targets.next,
    ArrowDown: targets.next,
    Home: targets.first,
    End: targets.last,
  };

  function onKey(event) {
    const target = keys[event.key];
    if (target === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    go(target());
  }

  for (const group of document.querySelectorAll('.schedules > .scenario')) {
    const options = document.createElement('optgroup');
    options.label = group.querySelector('h3').textContent;
    for (const schedule of group.querySelectorAll('details.schedule')) {
      const option = document.createElement('option');
      option.value = schedule.id;
      option.textContent = schedule.querySelector('summary').textContent;
      options.append(option);
    }
    choice.append(options);
  }
  choice.addEventListener('change', () => {
    choose(schedules.find(({ id }) => id === choice.value));
    history.replaceState(null, '', `#${current.id}`);
  });
  viewer.addEventListener('click', ({ target }) => {
    const to = targets[target.closest('button')?.dataset.go];
    if (to !== undefined) go(to());
  });
  viewer.querySelector('.buttons').addEventListener('keydown', onKey);
  for (const schedule of schedules) {
    const region = regionOf(schedule);
    region.addEventListener('keydown', onKey);
    region.addEventListener('click', ({ target }) => {
      const step = target.closest('[data-step]');
      if (step !== null) go(stepsOf(schedule).indexOf(step));
    });
  }

  /** A cell of the matrix leads to a schedule that may be hidden. */
  function follow() {
    const schedule = schedules.find(({ id }) => `#${id}` === location.hash);
    if (schedule === undefined) return;
    choose(schedule);
    viewer.parentElement.scrollIntoView();
    regionOf(schedule).focus({ preventScroll: true });
  }

  viewer.hidden = false;
  choose(current);
  follow();
  // Once more when all is there: going to where a link leads takes the focus away.
  window.addEventListener('load', follow);
  window.addEventListener('hashchange', follow);
  // It stays above what it steps through, which must not come to lie below it. Asked for and not
  // measured here, as that would lay out all of the page before it can be used.
  new ResizeObserver(([{ borderBoxSize }]) => {
    const [{ blockSize }] = borderBoxSize;
    document.documentElement.style.setProperty('--viewer', `${blockSize}px`);
  }).observe(viewer);
})();
