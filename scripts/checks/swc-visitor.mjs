// Teaches the syntax walker that dependency-cruiser uses the `using` declaration, which it does not know and throws at.
// Imported for its effect before the cruise; goes when @swc/core's Visitor knows it itself.
import { Visitor } from "@swc/core/Visitor.js";

const visitKnownStatement = Visitor.prototype.visitStatement;

Visitor.prototype.visitStatement = function visitStatement(statement) {
  if (statement.type !== "UsingDeclaration") return visitKnownStatement.call(this, statement);
  statement.decls = this.visitVariableDeclarators(statement.decls);
  return statement;
};
