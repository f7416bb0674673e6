// What is checked in a page, within the browser. Told to the page around it: a list of what is wrong,
// and how much was looked at, so that a check of nothing is noticed.
(async function () {
  'use strict';
  const wanted = JSON.parse(document.currentScript.dataset.wanted);
  const problems = [];
  const looked = { texts: 0, controls: 0, axe: 0 };
  const all = (selector) => Array.from(document.querySelectorAll(selector));
  const called = (element) => {
    const text = element.textContent.trim().replace(/\s+/g, ' ').slice(0, 40);
    return element.tagName.toLowerCase() + '.' + (element.getAttribute('class') || '') + ' “' + text + '”';
  };
  const is = (good, problem) => { if (!good) problems.push(problem); };
  const shows = (element) => element.checkVisibility({ visibilityProperty: true });
  // Waits for what is to come; the limit only ends a wait for what never comes.
  async function until(condition) {
    for (let turn = 0; turn < 500 && !condition(); turn += 1) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return condition();
  }

  function overflow(when) {
    const room = document.documentElement.clientWidth;
    is(document.documentElement.scrollWidth <= room, when + ': wider than ' + room + ': ' + document.documentElement.scrollWidth);
    all('body *').filter(shows).forEach((element) => {
      const box = element.getBoundingClientRect();
      if (box.width && box.right > room + 1 && !element.closest('.scroll, .aloud')) {
        problems.push(when + ': reaches beyond the edge: ' + called(element));
      }
    });
  }

  const channels = (color) => {
    const numbers = color.match(/[\d.]+/g).map(Number);
    return numbers.length === 4 ? numbers : numbers.concat(1);
  };
  const over = (top, ground) =>
    [0, 1, 2].map((at) => top[at] * top[3] + ground[at] * (1 - top[3])).concat(1);
  const light = (color) => {
    const [red, green, blue] = color.slice(0, 3).map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : Math.pow((part + 0.055) / 1.055, 2.4);
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const ratio = (one, other) => {
    const [dark, bright] = [light(one), light(other)].sort((a, b) => a - b);
    return (bright + 0.05) / (dark + 0.05);
  };
  function ground(element) {
    const layers = [];
    for (let place = element; place; place = place.parentElement) {
      layers.push(channels(getComputedStyle(place).backgroundColor));
    }
    return layers.reverse().reduce((below, layer) => over(layer, below), [255, 255, 255, 1]);
  }
  function contrast(when) {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const element = walker.currentNode.parentElement;
      if (!walker.currentNode.data.trim() || /^(SCRIPT|STYLE|OPTION)$/.test(element.tagName)) continue;
      if (!shows(element) || element.closest('.aloud, .skip')) continue;
      const style = getComputedStyle(element);
      const size = parseFloat(style.fontSize);
      const needed = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700) ? 3 : 4.5;
      const below = ground(element);
      const found = ratio(over(channels(style.color), below), below);
      looked.texts += 1;
      is(found >= needed, when + ': contrast ' + found.toFixed(2) + ' of ' + called(element));
    }
    all('input, select, button').filter(shows).forEach((control) => {
      const found = ratio(channels(getComputedStyle(control).borderTopColor), ground(control.parentElement));
      is(found >= 3, when + ': the edge of ' + called(control) + ' has contrast ' + found.toFixed(2));
    });
  }

  function structure() {
    [['body > header', 1], ['nav[aria-label]', 1], ['main', 1], ['body > footer', 1], ['h1', 1], ['html[lang]', 1], ['title', 1]]
      .forEach(([selector, count]) => is(all(selector).length === count, selector + ': ' + all(selector).length));
    is(all('table:not(:has(> caption))').length === 0, 'a table without a caption');
    is(all('th:not([scope])').length === 0, 'a head of a table without a scope');
    const ids = all('[id]').map((element) => element.id);
    ids.forEach((id, at) => is(ids.indexOf(id) === at, 'twice: #' + id));
    let level = 0;
    all('h1, h2, h3, h4, h5, h6').forEach((heading) => {
      const deeper = Number(heading.tagName[1]);
      is(deeper <= level + 1, 'out of order: ' + called(heading));
      level = deeper;
    });
  }

  function controls() {
    all('a[href], button, input, select, summary, [tabindex="0"]').filter(shows).forEach((control) => {
      looked.controls += 1;
      const label = control.id && document.querySelector('label[for="' + CSS.escape(control.id) + '"]');
      const name = control.getAttribute('aria-label') || (label || control).textContent;
      is(name.trim(), 'no name: ' + called(control));
      control.focus({ preventScroll: true });
      is(document.activeElement === control, 'takes no focus: ' + called(control));
      const style = getComputedStyle(control);
      is(style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2, 'focus does not show: ' + called(control));
      const found = ratio(channels(style.outlineColor), ground(control.parentElement));
      is(found >= 3, 'the mark of focus has contrast ' + found.toFixed(2) + ': ' + called(control));
      if (/^(BUTTON|SELECT|INPUT|SUMMARY)$/.test(control.tagName)) {
        is(control.getBoundingClientRect().height >= 24, 'too small: ' + called(control));
      }
    });
    document.activeElement.blur();
  }

  // The page's own script has shown its controls; without it they are not there, and nothing else is
  // missing.
  function without_script() {
    all('body *').forEach((element) => {
      if (element.closest('script, form, button[data-copy]')) return;
      if (element.closest('.lanes') /* each card says it, too */ || !element.textContent.trim()) return;
      const folded = element.closest('details:not([open])');
      is(shows(element) || (folded && element.tagName !== 'SUMMARY'), 'only the script would show ' + called(element));
    });
    is(!shows(document.getElementById('filter')), 'a filter that does nothing');
    is(all('button').filter(shows).length === 0, 'a button that does nothing');
  }

  const visible = (state) =>
    all('details.rule').filter((entry) => shows(entry) && (!state || entry.dataset.state === state)).length;

  async function filter() {
    const form = document.getElementById('filter');
    const rules = all('details.rule').length;
    const set = (id, value, event) => {
      const field = document.getElementById(id);
      field.value = value;
      field.dispatchEvent(new Event(event, { bubbles: true }));
    };
    is(shows(form), 'no filter');
    for (const state of ['held', 'violated', 'not-applicable', 'not-exercised']) {
      set('filter-state', state, 'change');
      const count = all('details.rule[data-state="' + state + '"]').length;
      is(visible() === count && visible(state) === count, state + ': ' + visible() + ' instead of ' + count);
      is(location.hash === '#state=' + state, 'the address is ' + location.hash);
      is(all('.cell').filter(shows).length === count, state + ': cells');
    }
    set('filter-state', '', 'change');
    const first = all('details.rule')[0].querySelector('code').textContent;
    set('filter-text', first.toUpperCase(), 'input');
    is(shows(all('details.rule')[0]) && visible() < rules, 'text: ' + visible() + ' of ' + rules);
    set('filter-text', 'nothing has these words', 'input');
    is(visible() === 0, 'words that nothing has: ' + visible());
    is(/^0 of /.test(form.querySelector('[role="status"]').textContent), 'the number of hits is not told');
    // A link to what the filter hides shows it.
    const id = all('details.rule')[0].id;
    const entry = document.getElementById(id);
    // The focus may go on to another frame of this test at any time: what counts is that it was there.
    let was_focused = false;
    entry.addEventListener('focusin', () => { was_focused = true; });
    location.hash = '#' + id;
    const is_there = () => shows(entry) && entry.open && was_focused;
    is(await until(is_there) && location.hash === '#' + id, 'the link to ' + id + ' does not lead there: ' + [location.hash, shows(entry), entry.open, was_focused].join(', '));
    entry.open = false;
    set('filter-text', 'nothing has these words', 'input');
    form.querySelector('[type="reset"]').click();
    is(await until(() => visible() === rules), 'show all: ' + visible() + ' of ' + rules);
    is(await until(() => location.hash.indexOf('=') < 0), 'show all leaves ' + location.hash);
    location.hash = '#state=held&q=' + encodeURIComponent(first);
    const is_filtered = () => document.getElementById('filter-text').value === first && visible() === visible('held') && visible() < rules;
    is(await until(is_filtered), 'the address does not filter');
    form.querySelector('[type="reset"]').click();
    is(await until(() => visible() === rules), 'show all a second time');
  }

  async function copy() {
    const button = document.querySelector('button[data-copy]');
    if (!button) return;
    const source = document.getElementById(button.dataset.copy);
    Object.defineProperty(navigator, 'clipboard', { configurable: true, value: { writeText: () => Promise.reject(new Error('refused')) } });
    button.click();
    is(await until(() => String(getSelection()).trim() === source.textContent.trim()), 'nothing to copy is selected');
    is(button.nextElementSibling.textContent !== '', 'copying tells nothing');
    getSelection().removeAllRanges();
  }

  function print() {
    Array.from(document.styleSheets[0].cssRules)
      .filter((rule) => rule.media)
      .forEach((rule) => {
        if (rule.media.mediaText === 'print') rule.media.mediaText = 'all';
        else if (/prefers-color-scheme/.test(rule.media.mediaText)) rule.media.mediaText = 'not all';
      });
    is(all('nav, form, button').filter(shows).length === 0, 'controls are printed');
    // What paper leaves out altogether is not folded.
    all('details:not([open])').filter((element) => shows(element)).forEach((entry) => {
      is(shows(entry.lastElementChild) && entry.lastElementChild.getBoundingClientRect().height > 0, 'folded on paper: ' + called(entry));
    });
    all('.scroll').forEach((element) => is(element.scrollHeight <= element.clientHeight + 1, 'cut off on paper: ' + called(element)));
  }

  try {
    await until(() => document.readyState === 'complete');
    if (wanted.address) {
      is(visible() === visible('violated') && visible() < all('details.rule').length, 'the address does not filter when the page is opened: ' + visible());
    } else if (!wanted.script) {
      without_script();
      structure();
    } else if (wanted.print) {
      print();
      overflow('on paper');
      contrast('on paper');
    } else {
      const dark = matchMedia('(prefers-color-scheme: dark)').matches;
      is(dark === wanted.dark, 'the wrong colours are asked for');
      is(light(ground(document.body)) < 0.1 === dark, 'the colours are not those that were asked for');
      is(innerWidth === wanted.width, 'the width is ' + innerWidth);
      structure();
      overflow('folded');
      await filter();
      await copy();
      all('details').forEach((entry) => { entry.open = true; });
      overflow('unfolded');
      contrast('unfolded');
      controls();
      if (wanted.axe && window.axe) {
        const result = await axe.run(document, { resultTypes: ['violations'] });
        looked.axe += result.passes.length;
        result.violations.forEach((violation) => problems.push('axe: ' + violation.id + ': ' + violation.nodes.map((node) => node.html).slice(0, 3).join(' ')));
      }
    }
  } catch (error) {
    problems.push('the check itself failed: ' + error.stack);
  }
  parent.postMessage({ name: wanted.name, problems: problems, looked: looked }, '*');
})();
