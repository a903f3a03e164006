import { ErrorResponse, type User, UserManager, WebStorageStateStore } from "oidc-client-ts";
import type { MessageKey } from "../text/messages.js";

/** What the page opens with: somebody who is signed in, or nobody and why. */
export type Entry = { user: User } | { user: null; note?: MessageKey };

/** Pages to which a sign-in may return; anything else in its state is ignored. */
const RETURN_PAGE = /^\/(conversations\/[A-Za-z0-9_-]{1,64})?$/;
const SECONDS_LEFT = 10;

/** The issuer at this page's own origin: page, issuer and services stand behind one Envoy. Gone with the tab. */
export function issuerManager(origin: string): UserManager {
  return new UserManager({
    authority: `${origin}/realms/maru`,
    client_id: "maru-web",
    redirect_uri: `${origin}/callback`,
    post_logout_redirect_uri: `${origin}/signed-out`,
    scope: "openid profile",
    userStore: new WebStorageStateStore({ store: window.sessionStorage }),
    stateStore: new WebStorageStateStore({ store: window.sessionStorage }),
    automaticSilentRenew: false, // Session renews, so that two renewals never spend one refresh token
  });
}

/** Who is signed in, and a token for each call. */
export class Session {
  readonly #manager: UserManager;
  #renewal: Promise<User | null> | undefined;

  constructor(manager: UserManager) {
    this.#manager = manager;
    manager.events.addAccessTokenExpiring(() => void this.#renew().catch(() => undefined));
  }

  /** Finishes what the issuer's redirect began, then says who is signed in. */
  async open(): Promise<Entry> {
    const { pathname } = window.location;
    try {
      if (pathname === "/callback") {
        const user = await this.#manager.signinRedirectCallback();
        const page = typeof user.state === "string" && RETURN_PAGE.test(user.state) ? user.state : "/";
        window.history.replaceState(null, "", page);
        return { user };
      }
      if (pathname === "/signed-out") window.history.replaceState(null, "", "/");
      const user = await this.#fresh();
      if (user !== null) return { user };
      return pathname === "/signed-out" ? { user, note: "signedOut" } : { user };
    } catch (error) {
      if (pathname === "/callback") window.history.replaceState(null, "", "/");
      const unreachable = error instanceof TypeError; // what fetch throws without a network
      return { user: null, note: unreachable ? "signInUnreachable" : "signInFailed" };
    }
  }

  /** The access token for a call, renewed when it is about to expire; null when the sign-in has ended. */
  async accessToken(): Promise<string | null> {
    return (await this.#fresh())?.access_token ?? null;
  }

  /** A new access token after one was refused; false when the sign-in has ended. */
  async renew(): Promise<boolean> {
    return (await this.#renew()) !== null;
  }

  /** Leaves for the issuer, to come back to this page. */
  signIn(): Promise<void> {
    return this.#manager.signinRedirect({ state: window.location.pathname });
  }

  /** Ends the sign-in here and at the issuer, or here alone when the issuer is away. */
  async signOut(): Promise<void> {
    try {
      await this.#manager.signoutRedirect();
    } catch {
      await this.#manager.removeUser();
      window.location.assign("/signed-out");
    }
  }

  async #fresh(): Promise<User | null> {
    const user = await this.#manager.getUser();
    return user !== null && (user.expires_in ?? 0) <= SECONDS_LEFT ? this.#renew() : user;
  }

  #renew(): Promise<User | null> {
    this.#renewal ??= this.#spendRefreshToken().finally(() => {
      this.#renewal = undefined;
    });
    return this.#renewal;
  }

  async #spendRefreshToken(): Promise<User | null> {
    const user = await this.#manager.getUser();
    if (!user?.refresh_token) return null;
    try {
      return await this.#manager.signinSilent();
    } catch (error) {
      if (!(error instanceof ErrorResponse)) throw error; // the issuer is away: the sign-in may still be good
      await this.#manager.removeUser();
      return null;
    }
  }
}
