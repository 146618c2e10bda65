import { propsFor } from './sources';

/** The props of a component, from its doc comments. */
export function PropsTable({ component }: { component: string }) {
  const props = propsFor(component);
  if (props === null) return <p>{component} takes no props.</p>;
  return (
    <div className="props">
      <table>
        <caption>Props</caption>
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Type</th>
            <th scope="col">What it is</th>
          </tr>
        </thead>
        <tbody>
          {props.map(({ name, type, isRequired, text }) => (
            <tr key={name}>
              <th scope="row">
                <code>{name}</code>
                {isRequired && ' (required)'}
              </th>
              <td>
                <code>{type}</code>
              </td>
              <td>{text}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
