/** Hands a text over as a file. */
export function download(name: string, text: string, mediaType: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: mediaType }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // The browser has taken the text over once the click's task has ended.
  setTimeout(() => URL.revokeObjectURL(address), 0);
}
