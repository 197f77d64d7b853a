import { StartPage } from "@/start/StartPage";

export default function Page() {
  return <StartPage />;
}
