"use client";

import type { Review, ReviewStanding } from "@/api/evaluation";
import { day } from "@/ui/moment";
import ui from "@/ui/ui.module.css";
import { useNames } from "../colleagues";
import styles from "./review.module.css";

/** What people rated, beside each other. */
export function Reviews({ review }: { review: ReviewStanding }) {
  const nameOf = useNames();
  const all = [...(review.own ? [review.own] : []), ...review.others];
  if (all.length === 0) return null;
  const who = (one: Review) => (one === review.own ? "You" : nameOf(one.reviewer_id, `Colleague ${review.others.indexOf(one) + 1}`));
  const names = new Map(review.competencies.map((one) => [one.competency_id, one.name]));
  return (
    <section className={styles.scores} aria-labelledby="people" data-testid="reviews">
      <h2 id="people">What people rated</h2>
      <div className={styles.scrolled} tabIndex={0} role="group" aria-labelledby="people">
        <table className={styles.ratings}>
          <caption className="visually-hidden">Ratings by competency and person</caption>
          <thead>
            <tr>
              <th scope="col">Competency</th>
              {all.map((one) => (
                <th key={one.review_id} scope="col">
                  {who(one)}
                  <span className={ui.small}>
                    {day(one.created_at)}
                    {!one.blind && ", after seeing scores"}
                  </span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {review.competencies.map(({ competency_id }) => (
              <tr key={competency_id}>
                <th scope="row">{names.get(competency_id)}</th>
                {all.map((one) => {
                  const rating = one.ratings.find((each) => each.competency_id === competency_id);
                  return (
                    <td key={one.review_id}>
                      {rating?.rating ?? "Not shown"}
                      {rating?.reason && <p className={ui.small}>{rating.reason}</p>}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {all
        .filter((one) => one.note)
        .map((one) => (
          <p key={one.review_id}>
            <strong>{who(one)}:</strong> {one.note}
          </p>
        ))}
    </section>
  );
}
