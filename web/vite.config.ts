import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const generated = decodeURIComponent(new URL("../gen/ts", import.meta.url).pathname);

export default defineConfig({
  plugins: [react()],
  resolve: {
    alias: { "@gen": generated },
    dedupe: ["@bufbuild/protobuf"], // gen/ts lies outside of this folder and has no node_modules of its own
  },
  build: {
    target: "es2022",
    modulePreload: { polyfill: false }, // the page's content security policy knows no inline script
    assetsInlineLimit: 0,
  },
  test: {
    environment: "jsdom",
    restoreMocks: true,
    unstubGlobals: true,
    testTimeout: 60_000, // a busy machine is slow, not wrong
  },
});
