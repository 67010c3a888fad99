// When something was, as an age that grows by itself.
import { useNowMs } from "../app/now.ts";
import { sayAge, sayMoment } from "../words/dates.ts";

export function Time({ at }: { at: string }) {
  const nowMs = useNowMs();
  return (
    <time dateTime={at} title={sayMoment(at)}>
      {sayAge(at, nowMs)}
    </time>
  );
}
