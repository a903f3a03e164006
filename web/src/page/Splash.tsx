/** One line while there is nothing else to show. */
export const Splash = ({ text }: { readonly text: string }) => (
  <main className="centred">
    <img src="/favicon.svg" alt="" width="56" height="56" />
    <p>{text}</p>
  </main>
);
