const element = document.querySelector('#captioned');
const track = document.querySelector('#lines');

// each estimate gets the words of its own moment, by the cues' times
element.handle({ name: 'words-captions', detail: { track } });
