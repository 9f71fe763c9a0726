import type { Theme } from "vitepress";
import DefaultTheme from "vitepress/theme";
import { defineAsyncComponent } from "vue";
import Architecture from "./architecture.vue";
import RolloutReplay from "./rollout-replay.vue";
import "./site.css";

const theme: Theme = {
  extends: DefaultTheme,
  enhanceApp({ app }) {
    app.component("Architecture", Architecture);
    app.component("RolloutReplay", RolloutReplay);
    // Loaded by its own page only: it brings the decisions of four packages.
    app.component(
      "Playground",
      defineAsyncComponent(() => import("./playground.vue")),
    );
  },
};

export default theme;
