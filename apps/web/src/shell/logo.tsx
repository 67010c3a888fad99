// The mark of the app.
export function Logo({ size = 28 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <path
        d="M8 27V5h9.5a7.5 7.5 0 0 1 0 15H13"
        fill="none"
        stroke="currentColor"
        strokeWidth="4.4"
        strokeLinejoin="round"
        strokeLinecap="round"
      />
      <rect x="19.5" y="22.6" width="6.6" height="6.6" rx="1.8" fill="var(--accent)" />
    </svg>
  );
}
