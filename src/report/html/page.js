// Adds to a page that is complete without it: the filter, the buttons, and entries that open when a
// link leads to them. It is kept free of what an older browser would stumble over.
(function () {
  'use strict';

  function all(selector, within) {
    return Array.prototype.slice.call((within || document).querySelectorAll(selector));
  }

  var form = document.getElementById('filter');
  var text = document.getElementById('filter-text');
  var state = document.getElementById('filter-state');
  var area = document.getElementById('filter-area');
  var hits = form.querySelector('.hits');

  // All that is about one rule, or about one case that aborted, is shown and hidden together.
  var items = [];
  var known = Object.create(null);
  all('[data-item]').forEach(function (element) {
    var name = element.getAttribute('data-item');
    if (!known[name]) {
      known[name] = {
        elements: [],
        state: element.getAttribute('data-state'),
        area: element.getAttribute('data-area'),
        text: name.toLowerCase()
      };
      items.push(known[name]);
    }
    known[name].elements.push(element);
    known[name].text += '\n' + element.textContent.toLowerCase();
  });

  function apply() {
    var words = text.value.toLowerCase().split(/\s+/).filter(Boolean);
    var shown = 0;
    items.forEach(function (item) {
      var fits = (!state.value || item.state === state.value) &&
        (!area.value || item.area === area.value) &&
        words.every(function (word) { return item.text.indexOf(word) >= 0; });
      if (fits) shown += 1;
      item.elements.forEach(function (element) { element.hidden = !fits; });
    });
    all('[data-group]').forEach(function (group) {
      group.hidden = !all('[data-item]', group).some(function (element) { return !element.hidden; });
    });
    hits.textContent = shown + ' of ' + items.length + ' shown' + (shown ? '' : ': nothing fits this filter');
  }

  // The filter stands in the address, so that it can be passed on. An address without `=` leads to a
  // place on the page and says nothing of the filter.
  function remember() {
    var parts = [];
    [text, state, area].forEach(function (field) {
      if (field.value) parts.push(field.name + '=' + encodeURIComponent(field.value));
    });
    var address = parts.length ? '#' + parts.join('&') : '#results';
    try {
      history.replaceState(null, '', address);
    } catch (refused) {
      location.hash = address;
    }
  }

  function decoded(part) {
    try {
      return decodeURIComponent(part);
    } catch (broken) {
      return part;
    }
  }

  function set(field, value) {
    field.value = value;
    // A value that a list does not have chooses nothing.
    if (field.selectedIndex === -1) field.value = '';
  }

  function follow() {
    var address = location.hash.slice(1);
    if (address.indexOf('=') >= 0) {
      var wanted = Object.create(null);
      address.split('&').forEach(function (part) {
        var at = part.indexOf('=');
        wanted[part.slice(0, at)] = decoded(part.slice(at + 1));
      });
      [text, state, area].forEach(function (field) { set(field, wanted[field.name] || ''); });
      apply();
      return;
    }
    var target = address && document.getElementById(decoded(address));
    if (!target) return;
    if (target.closest('[hidden]')) {
      [text, state, area].forEach(function (field) { field.value = ''; });
      apply();
    }
    for (var place = target; place; place = place.parentElement) {
      if (place.nodeName === 'DETAILS') place.open = true;
    }
    target.scrollIntoView();
    target.focus({ preventScroll: true });
  }

  function changed() {
    apply();
    remember();
  }

  text.addEventListener('input', changed);
  state.addEventListener('change', changed);
  area.addEventListener('change', changed);
  form.addEventListener('submit', function (event) { event.preventDefault(); });
  form.addEventListener('reset', function () { setTimeout(changed, 0); });
  window.addEventListener('hashchange', follow);

  function fold(open) {
    all('details.rule').forEach(function (entry) { if (!entry.hidden) entry.open = open; });
  }
  form.querySelector('[data-open]').addEventListener('click', function () { fold(true); });
  form.querySelector('[data-close]').addEventListener('click', function () { fold(false); });

  // Where the clipboard is not to be had, the text is selected for the reader to copy.
  function select(element, told) {
    var range = document.createRange();
    range.selectNodeContents(element);
    var selection = window.getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
    told.textContent = 'Selected: copy it with the keyboard or the menu.';
  }

  all('button[data-copy]').forEach(function (button) {
    var source = document.getElementById(button.getAttribute('data-copy'));
    var told = button.nextElementSibling;
    button.hidden = false;
    button.addEventListener('click', function () {
      if (!navigator.clipboard) {
        select(source, told);
        return;
      }
      navigator.clipboard.writeText(source.textContent).then(function () {
        told.textContent = 'Copied.';
      }, function () {
        select(source, told);
      });
    });
  });

  // Paper cannot be unfolded.
  var folded = [];
  window.addEventListener('beforeprint', function () {
    folded = all('details:not([open])');
    folded.forEach(function (entry) { entry.open = true; });
  });
  window.addEventListener('afterprint', function () {
    folded.forEach(function (entry) { entry.open = false; });
  });

  form.hidden = false;
  apply();
  follow();
})();
