/**
 * Runs one long step and says so: a line that counts the seconds on a terminal, a line at the beginning and
 * at the end elsewhere (a log must not fill with ticks).
 */
export async function step(title, work) {
  const began = Date.now();
  const seconds = () => `${Math.round((Date.now() - began) / 1000)} s`;
  const terminal = process.stderr.isTTY;
  const show = (text) => process.stderr.write(terminal ? `\r\x1b[K${text}` : `${text}\n`);
  show(`• ${title} …`);
  const ticker = terminal ? setInterval(() => show(`• ${title} … ${seconds()}`), 1000) : undefined;
  try {
    const result = await work();
    show(`✓ ${title} (${seconds()})`);
    return result;
  } catch (error) {
    show(`✗ ${title} (${seconds()})`);
    throw error;
  } finally {
    clearInterval(ticker);
    if (terminal) process.stderr.write('\n');
  }
}
