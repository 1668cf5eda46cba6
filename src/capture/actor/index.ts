/**
 * The built-in actor: a drawn, talking face for those without a camera, and for tests.
 * Knows how to draw and speak a script; must not know what is made of it.
 */

export { openActor } from './actor-source';
export { ACTOR_HEIGHT, ACTOR_WIDTH, drawActor } from './draw';
export { expressionAt, lengthOf, SCENES, timed, type Scene } from './script';
export { loadSpeech, voiceAt, type Speech } from './speech';
