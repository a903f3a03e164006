import { ErrorResponse, type User, type UserManager } from "oidc-client-ts";
import { beforeEach, expect, test, vi } from "vitest";
import { Session } from "../src/auth/session.js";

const user = (secondsLeft: number, more: Partial<User> = {}) =>
  ({ access_token: `t${secondsLeft}`, refresh_token: "r", expires_in: secondsLeft, ...more }) as User;

function fakeManager(stored: User | null) {
  let expiring = () => undefined as unknown;
  const methods = {
    getUser: vi.fn(async () => stored),
    signinSilent: vi.fn(async () => user(300)),
    signinRedirectCallback: vi.fn(async () => user(300, { state: "/conversations/c1" })),
    signinRedirect: vi.fn(async () => undefined),
    signoutRedirect: vi.fn(async () => undefined),
    removeUser: vi.fn(async () => undefined),
    events: {
      addAccessTokenExpiring: (callback: () => unknown) => {
        expiring = callback;
      },
    },
  };
  return { methods, manager: methods as unknown as UserManager, expire: () => expiring() };
}

beforeEach(() => window.history.replaceState(null, "", "/"));

test("a token that is good is used as it is", async () => {
  const { manager, methods } = fakeManager(user(200));
  expect(await new Session(manager).accessToken()).toBe("t200");
  expect(methods.signinSilent).not.toHaveBeenCalled();
});

test("one refresh token is never spent twice", async () => {
  const { manager, methods, expire } = fakeManager(user(5));
  const session = new Session(manager);
  expire();
  const tokens = await Promise.all([session.accessToken(), session.accessToken(), session.renew()]);
  expect(tokens).toEqual(["t300", "t300", true]);
  expect(methods.signinSilent).toHaveBeenCalledTimes(1);
  await session.renew();
  expect(methods.signinSilent).toHaveBeenCalledTimes(2);
});

test("a refused refresh token ends the sign-in", async () => {
  const { manager, methods } = fakeManager(user(0));
  methods.signinSilent.mockRejectedValue(new ErrorResponse({ error: "invalid_grant" }));
  expect(await new Session(manager).accessToken()).toBeNull();
  expect(methods.removeUser).toHaveBeenCalled();
});

test("an issuer that is away does not", async () => {
  const { manager, methods } = fakeManager(user(0));
  methods.signinSilent.mockRejectedValue(new TypeError("Failed to fetch"));
  await expect(new Session(manager).accessToken()).rejects.toThrow("Failed to fetch");
  expect(methods.removeUser).not.toHaveBeenCalled();
});

test("nobody is signed in", async () => {
  const { manager, methods } = fakeManager(null);
  const session = new Session(manager);
  expect(await session.open()).toEqual({ user: null });
  expect(await session.accessToken()).toBeNull();
  expect(methods.signinSilent).not.toHaveBeenCalled();
});

test.each([
  ["/conversations/c1", "/conversations/c1"],
  ["//elsewhere.example/", "/"],
  ["/callback", "/"],
  [undefined, "/"],
])("a sign-in from %s returns to %s", async (state, page) => {
  window.history.replaceState(null, "", "/callback?code=c&state=s");
  const { manager, methods } = fakeManager(null);
  methods.signinRedirectCallback.mockResolvedValue(user(300, { state }));
  expect((await new Session(manager).open()).user).not.toBeNull();
  expect(window.location.pathname + window.location.search).toBe(page);
});

test("a sign-in that failed can be begun again", async () => {
  window.history.replaceState(null, "", "/callback?error=access_denied&state=s");
  const { manager, methods } = fakeManager(null);
  methods.signinRedirectCallback.mockRejectedValue(new ErrorResponse({ error: "access_denied" }));
  expect(await new Session(manager).open()).toEqual({ user: null, note: "signInFailed" });
  expect(window.location.pathname + window.location.search).toBe("/");
});

test("after signing out the page says so, once", async () => {
  window.history.replaceState(null, "", "/signed-out");
  const { manager } = fakeManager(null);
  expect(await new Session(manager).open()).toEqual({ user: null, note: "signedOut" });
  expect(window.location.pathname).toBe("/");
});
