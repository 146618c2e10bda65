// Wix opens the page with a token in its address, which says whose it is.
const token = new URLSearchParams(location.search).get('instance');
const find = (id) => document.getElementById(id);

async function ask(method, path, body) {
  const headers = {
    authorization: `WixInstance ${token}`,
    'content-type': 'application/json',
    'idempotency-key': crypto.randomUUID(),
  };
  const answer = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
  const reply = await answer.json();
  if (!answer.ok) throw new Error(reply.message);
  return reply.data;
}

async function show() {
  const { posts } = await ask('GET', '/api/v1/posts');
  const lines = posts.map((post) => {
    const line = document.createElement('li');
    line.textContent = `${post.text} (${post.state})`;
    return line;
  });
  find('posts').replaceChildren(...lines);
}

// What the server refuses it says in a sentence.
const say = (error) => { find('said').textContent = error.message; };

find('publish').onclick = async () => {
  find('said').textContent = '';
  try {
    const post = await ask('POST', '/api/v1/posts', { text: find('text').value, networks: ['mastodon'] });
    await ask('POST', `/api/v1/posts/${post.id}/publish`);
    find('text').value = '';
  } catch (error) {
    say(error);
  }
};

// The ready pages take the token from their address, too.
find('plans').href = `/plans${location.search}`;
setInterval(() => show().catch(say), 1000);
