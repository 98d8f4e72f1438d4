// The classes of Utrecht's component library that the board uses. A rule that needs another one is left out.
const components = {
    alert: ["", "--ok", "--warning", "--error"],
    button: ["", "--primary-action", "--secondary-action", "--subtle"],
    "button-group": [""],
    checkbox: ["", "--html-input"],
    "form-field-description": [""],
    "form-field-error-message": [""],
    "form-label": [""],
    "heading-1": [""],
    "heading-2": [""],
    "heading-3": [""],
    "heading-4": [""],
    link: [""],
    paragraph: [""],
    select: ["", "--html-select"],
    "skip-link": ["", "--visible-on-focus"],
    table: [""],
    textarea: [""],
    textbox: [""],
};

export const classes = new Set(
    Object.entries(components).flatMap(([name, parts]) => parts.map((part) => `utrecht-${name}${part}`)),
);
