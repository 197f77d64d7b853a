// Fonts are imported for their side effect.
declare module "@fontsource/*";
declare module "@fontsource-variable/*";
