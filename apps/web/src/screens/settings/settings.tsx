// The settings: a list of sections, and one of them.
import { Link, useParams } from "@tanstack/react-router";
import {
  Bell,
  ChevronRight,
  Database,
  KeyRound,
  Lock,
  Palette,
  Scale,
  ShieldCheck,
  UserRound,
  UserRoundX,
} from "lucide-react";
import type { ComponentType } from "react";
import { forMembers } from "../../app/for-members.tsx";
import { useMe } from "../../app/me.ts";
import { Page } from "../../shell/page.tsx";
import { words } from "../../words/en.ts";
import { NotFoundScreen } from "../not-found.tsx";
import { AppearanceSection } from "./appearance.tsx";
import { DataSection } from "./data.tsx";
import { NotificationsSection } from "./notifications.tsx";
import { PeopleSection } from "./people.tsx";
import { PrivacySection } from "./privacy.tsx";
import { ProfileSection } from "./profile.tsx";
import { SecuritySection } from "./security.tsx";
import css from "./settings.module.css";

type SectionName = keyof typeof words.settings.sections;

const sections: Readonly<Record<SectionName, { Icon: typeof Bell; Section: ComponentType }>> = {
  profile: { Icon: UserRound, Section: ProfileSection },
  appearance: { Icon: Palette, Section: AppearanceSection },
  privacy: { Icon: Lock, Section: PrivacySection },
  notifications: { Icon: Bell, Section: NotificationsSection },
  security: { Icon: KeyRound, Section: SecuritySection },
  people: { Icon: UserRoundX, Section: PeopleSection },
  data: { Icon: Database, Section: DataSection },
};

function isSection(name: string): name is SectionName {
  return Object.hasOwn(sections, name);
}

function SectionList() {
  const me = useMe();
  return (
    <nav className={css.list} aria-label={words.settings.title}>
      {(Object.keys(sections) as SectionName[]).map((name) => {
        const { Icon } = sections[name];
        return (
          <Link key={name} to="/settings/$section" params={{ section: name }} className={css.entry}>
            <Icon size={20} aria-hidden />
            <span>
              {words.settings.sections[name]}
              <small>{words.settings.about[name]}</small>
            </span>
            <ChevronRight size={18} aria-hidden />
          </Link>
        );
      })}
      <Link to="/account/decisions" className={css.entry}>
        <Scale size={20} aria-hidden />
        <span>
          {words.settings.decisions}
          <small>{words.settings.decisionsAbout}</small>
        </span>
        <ChevronRight size={18} aria-hidden />
      </Link>
      {me !== undefined && me.role !== "user" && (
        <Link to="/moderation" className={css.entry}>
          <ShieldCheck size={20} aria-hidden />
          <span>
            {words.settings.moderation}
            <small>{words.settings.moderationAbout}</small>
          </span>
          <ChevronRight size={18} aria-hidden />
        </Link>
      )}
    </nav>
  );
}

export const SettingsScreen = forMembers(function Settings() {
  return (
    <Page title={words.settings.title} width="wide">
      <div className={css.columns} data-alone="true">
        <SectionList />
        <div className={css.section}>
          <ProfileSection />
        </div>
      </div>
    </Page>
  );
});

export const SettingsSectionScreen = forMembers(function SettingsSection() {
  const { section = "" } = useParams({ strict: false });
  if (!isSection(section)) return <NotFoundScreen />;
  const { Section } = sections[section];
  return (
    <Page key={section} title={words.settings.sections[section]} width="wide" hasBack>
      <div className={css.columns}>
        <SectionList />
        <div className={css.section}>
          <Section />
        </div>
      </div>
    </Page>
  );
});
