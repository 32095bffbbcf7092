/** The audio worklet's program as text; `extension/scripts/build.mjs` makes it. */
declare module "worklet-program" {
  const program: string;
  export default program;
}
