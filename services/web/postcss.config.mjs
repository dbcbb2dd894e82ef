/** Mantine's preset gives `light-dark()`, `rem()` and the breakpoint mixins used in *.module.css. */
export default { plugins: { 'postcss-preset-mantine': {} } };
