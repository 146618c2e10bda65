-- What operators took out of a grant by hand, as JSON: an undo puts it back, and nobody is said to have used it.
ALTER TABLE grants ADD COLUMN taken TEXT;
