// Draws the weekly scores with their intervals; the table below says the same in figures.
import { init } from "/static/built/charts.js";

const place = document.getElementById("scores");
const points = JSON.parse(place.dataset.points);
place.hidden = false;
const chart = init(place, null, { renderer: "canvas" });
const ink = getComputedStyle(document.body).color;

function interval(params, api) {
  const [x, low] = api.coord([api.value(0), api.value(2)]);
  const [, high] = api.coord([api.value(0), api.value(3)]);
  const line = (x1, y1, x2, y2) => ({ type: "line", shape: { x1, y1, x2, y2 }, style: { stroke: "#8fa9c4", lineWidth: 2 } });
  return { type: "group", children: [line(x, low, x, high), line(x - 5, low, x + 5, low), line(x - 5, high, x + 5, high)] };
}

chart.setOption({
  animation: false,
  textStyle: { color: ink },
  grid: { left: 40, right: 16, top: 16, bottom: 30 },
  xAxis: { type: "category", data: points.map((p) => p[0]) },
  yAxis: { type: "value", min: 0, max: 100 },
  tooltip: {
    trigger: "axis",
    renderMode: "richText",
    formatter: (all) => {
      const [week, mean, low, high, n] = points[all[0].dataIndex];
      const { mean: title, interval: between, calls } = place.dataset;
      return `${week}\n${title} ${mean.toFixed(1)}\n${between} ${low.toFixed(1)}–${high.toFixed(1)}\n${calls} ${n}`;
    },
  },
  series: [
    { type: "custom", renderItem: interval, data: points, encode: { x: 0, y: [2, 3] }, z: 1 },
    { type: "line", data: points.map((p) => p[1]), symbolSize: 8, lineStyle: { width: 2 }, color: "#24507f", z: 2 },
  ],
});
addEventListener("resize", () => chart.resize());
