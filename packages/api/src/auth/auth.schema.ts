// What callers send to `auth`, and what they get. Addresses are canonical (lower case) from here on.
import { z } from "zod";
import { maxAddressChars } from "../platform/limit/limit.owner.ts";
import { isCommonPassword } from "../platform/secret/password.ts";
import { canonicalEmail, isEmail, maxEmailChars } from "../platform/text/email.ts";
import { rawTextInput, textInput } from "../platform/text/text.ts";
import { tokensView } from "../session/session.schema.ts";
import { newHandleInput } from "../user/user.handle.ts";
import { displayNameInput } from "../user/user.name.ts";
import { meView } from "../user/user.schema.ts";

/** Canonical, and so ASCII only: lower case means the same here and in PostgreSQL. */
export const emailInput = z
  .string()
  .max(maxEmailChars, { error: `At most ${maxEmailChars} characters`, abort: true })
  .refine((text) => text.isWellFormed() && !text.includes("\0"), "Not an e-mail address")
  .transform(canonicalEmail)
  .refine(isEmail, "Not an e-mail address");

/** A password as typed: no trimming; NFC, so that one keyboard's é is another's. */
const typedPassword = rawTextInput({ maxUnits: 1_024, message: "At most 128 characters" });

/** A password to be set. Code points are counted: a password is not read, so graphemes mean nothing to it. */
export const newPasswordInput = typedPassword
  .refine((text) => [...text].length >= 8, "At least 8 characters")
  .refine((text) => [...text].length <= 128, "At most 128 characters")
  .refine((text) => !isCommonPassword(text), "This password is too common")
  .meta({ description: "8 to 128 characters (code points), none of the common passwords" });

const deviceNameInput = textInput({ max: 60, isSingleLine: true }).optional();
const mailTokenInput = z.string().min(1).max(200);

export const signUpInput = z.object({
  email: emailInput,
  handle: newHandleInput,
  password: newPasswordInput,
  displayName: displayNameInput.optional(),
  deviceName: deviceNameInput,
});
export const signInInput = z.object({
  login: textInput({ min: 1, max: maxAddressChars, maxUnits: maxAddressChars, isSingleLine: true }),
  password: typedPassword,
  deviceName: deviceNameInput,
});
export const emptyInput = z.object({}).prefault({});
export const changePasswordInput = z.object({ currentPassword: typedPassword, newPassword: newPasswordInput });
export const emailOnlyInput = z.object({ email: emailInput });
export const resetPasswordInput = z.object({ token: mailTokenInput, newPassword: newPasswordInput });
/** The new password is asked for where nobody can tell whether whoever opens the link is who has the account. */
export const verifyEmailInput = z.object({ token: mailTokenInput, newPassword: newPasswordInput.optional() });
export const changeEmailInput = z.object({ newEmail: emailInput, password: typedPassword });
export const passwordOnlyInput = z.object({ password: typedPassword });
/** The password may be left out right after signing in. */
export const requestExportInput = z.object({ password: typedPassword.optional() }).prefault({});

export const signedInView = z.object({ user: meView, tokens: tokensView });
/** Null where e-mail verification is required: the answer is the same whether the address is free or taken. */
export const signedUpView = z.union([signedInView, z.object({ user: z.null(), tokens: z.null() })]);

export type SignedInView = z.infer<typeof signedInView>;
export type SignedUpView = z.infer<typeof signedUpView>;
