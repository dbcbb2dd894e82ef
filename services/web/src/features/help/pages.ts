/** The knowledge base for its editors: in a chunk of its own. */
export { AnswerPage, NewAnswerPage } from './answer-page.tsx';
export { CategoryPage, NewCategoryPage } from './category-page.tsx';
export { KnowledgeBasePage } from './knowledge-base-page.tsx';
