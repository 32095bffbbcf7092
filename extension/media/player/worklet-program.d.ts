/** Bundled program of the audio worklet as text; see extension/scripts/build.mjs. */
declare module "worklet-program" {
  const program: string;
  export default program;
}
